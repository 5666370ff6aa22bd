#!/bin/bash
# needs: go
export GOCACHE=$PWD/cache GOPATH=$PWD/path GO111MODULE=off GOFLAGS=-p=1 CGO_ENABLED=0
cat >main.go <<'G'
package main

import (
	"crypto/sha256"
	"fmt"
	"net"
	"os/exec"
	"runtime"
	"sort"
	"sync"
	"time"
)

func main() {
	var group sync.WaitGroup
	var lock sync.Mutex
	results := map[int]string{}
	for i := 0; i < 50; i++ {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			sum := sha256.Sum256([]byte(fmt.Sprint(i)))
			runtime.Gosched()
			lock.Lock()
			results[i] = fmt.Sprintf("%x", sum[:4])
			lock.Unlock()
		}(i)
	}
	group.Wait()
	keys := []int{}
	for key := range results {
		keys = append(keys, key)
	}
	sort.Ints(keys)
	fmt.Println(len(keys), results[keys[7]], results[49])
	stop := false
	go func() {
		for !stop { // needs the runtime's preemption signals
		}
	}()
	ticks := 0
	for range time.Tick(5 * time.Millisecond) {
		if ticks++; ticks == 3 {
			break
		}
	}
	runtime.GC()
	fmt.Println("ticks", ticks)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { fmt.Fprintf(c, "hello"); c.Close() }()
		}
	}()
	for i := 0; i < 3; i++ {
		c, _ := net.Dial("tcp", listener.Addr().String())
		buffer := make([]byte, 10)
		n, _ := c.Read(buffer)
		fmt.Println(string(buffer[:n]))
	}
	out, err := exec.Command("sh", "-c", "echo from a child; exit 3").Output()
	fmt.Printf("%s%v\n", out, err)
	defer func() { fmt.Println("recovered:", recover()) }()
	var nothing *int
	fmt.Println(*nothing)
}
G
go build -o program main.go && ./program
