#!/bin/bash
# needs: redis-server redis-cli
redis-server --port 0 --unixsocket "$PWD/s" --save '' --appendonly yes --daemonize no --io-threads 2 >log 2>&1 &
for i in $(seq 600); do redis-cli -s s ping 2>/dev/null | grep -q PONG && break; sleep 0.1; done
redis-cli -s s set key value
redis-cli -s s incrby counter 41
redis-cli -s s incr counter
for i in 1 2 3; do redis-cli -s s lpush list $i; done
redis-cli -s s lrange list 0 -1
redis-cli -s s eval 'local s = 0; for i = 1, 1000 do s = s + i end; return s' 0
redis-cli -s s bgrewriteaof
redis-cli -s s --raw debug sleep 0.01
seq 200 | sed 's/.*/set k& v&/' | redis-cli -s s | sort | uniq -c | tr -s ' '
redis-cli -s s dbsize
redis-cli -s s shutdown nosave
wait %1; echo "server: $?"
