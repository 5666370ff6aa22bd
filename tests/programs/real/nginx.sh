#!/bin/bash
# needs: nginx curl
mkdir -p html logs tmp
echo "hello from the server" >html/index.html
head -c 300000 /dev/zero | tr '\0' x >html/large
cat >conf <<C
user root; daemon off; pid $PWD/pid; error_log $PWD/logs/error; worker_processes 2; master_process on;
events { worker_connections 64; }
http { access_log off; client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp;
scgi_temp_path tmp; gzip on; gzip_types *; server { listen unix:$PWD/s; root $PWD/html; location /old { return 301 /; } } }
C
nginx -p "$PWD" -c "$PWD/conf" 2>/dev/null &
get() { curl -s --unix-socket s "$@"; }
for i in $(seq 600); do get http://x/ >/dev/null && break; sleep 0.1; done
get http://x/
get http://x/large | md5sum
get --compressed http://x/large | md5sum
get -o /dev/null -w '%{http_code}\n' http://x/missing
get -o /dev/null -w '%{http_code}\n' http://x/old
get -r 5-8 http://x/
for i in 1 2 3 4 5 6; do get http://x/ & done | sort | uniq -c | tr -s ' '
kill -HUP $(cat pid); sleep 0.5
get http://x/
kill -QUIT $(cat pid); wait %1; echo "server: $?"
