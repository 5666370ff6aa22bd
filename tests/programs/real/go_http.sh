#!/bin/bash
# needs: go
export GOCACHE=$PWD/cache GOPATH=$PWD/path GO111MODULE=off GOFLAGS=-p=1 CGO_ENABLED=0
cat >main.go <<'G'
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"sort"
	"strings"
	"sync"
)

func main() {
	http.HandleFunc("/double/", func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscan(strings.TrimPrefix(r.URL.Path, "/double/"), &n)
		w.Header().Set("X-Method", r.Method)
		fmt.Fprint(w, n*2)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go http.Serve(listener, nil)
	base := "http://" + listener.Addr().String()
	var group sync.WaitGroup
	answers := make(chan string, 100)
	for i := 0; i < 40; i++ {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			garbage := make([][]byte, 0)
			for n := 0; n < 200; n++ {
				garbage = append(garbage, make([]byte, 4096))
			}
			response, err := http.Get(fmt.Sprintf("%s/double/%d", base, i))
			if err != nil {
				answers <- err.Error()
				return
			}
			text, _ := io.ReadAll(response.Body)
			response.Body.Close()
			answers <- fmt.Sprint(string(text), response.StatusCode, response.Header.Get("X-Method"), len(garbage))
		}(i)
	}
	group.Wait()
	close(answers)
	lines := []string{}
	for answer := range answers {
		lines = append(lines, answer)
	}
	sort.Strings(lines)
	fmt.Println(len(lines), lines[0], lines[39])
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Println(m.NumGC > 0)
	response, _ := http.Post(base+"/none", "text/plain", strings.NewReader("x"))
	fmt.Println(response.StatusCode)
}
G
go build -o program main.go && ./program
