#!/bin/bash
# needs: pg_ctlcluster runuser
bin=$(echo /usr/lib/postgresql/*/bin)
place=$(mktemp -d /tmp/postgres-XXXXXX) # where nobody gets to
chmod 777 "$place"
cat > "$place/run" <<'X'
cd "$1"
"$2/initdb" -D "$1/data" -A trust --no-sync >/dev/null 2>&1
"$2/pg_ctl" -D "$1/data" -o "-k $1 -h '' -p 5999" -w -l "$1/log" start >/dev/null
psql -h "$1" -p 5999 -X -q -t -A postgres <<'S'
create table t as select i, md5(i::text) m, (i*7919)%1009 k from generate_series(1,30000) i;
create index on t(k); analyze t;
select count(*), sum(i), min(m), max(m) from t where k between 100 and 200;
set max_parallel_workers_per_gather=2; set parallel_setup_cost=0; set parallel_tuple_cost=0; set min_parallel_table_scan_size=0;
select k%10, count(*), avg(i)::numeric(20,5) from t group by 1 order by 1;
create function f(n int) returns bigint language plpgsql as $$declare s bigint:=0; begin for i in 1..n loop s:=s+i*i%7; end loop; return s; end$$;
select f(40000);
S
"$2/pgbench" -h "$1" -p 5999 -i -q postgres >/dev/null 2>&1
"$2/pgbench" -h "$1" -p 5999 -c 4 -j 2 -t 50 postgres 2>&1 | grep processed
"$2/pg_ctl" -D "$1/data" -w stop -m fast >/dev/null
echo "$?"
X
if [ "$(id -u)" = 0 ]; then runuser -u nobody -- bash "$place/run" "$place" "$bin"; else bash "$place/run" "$place" "$bin"; fi
rm -rf "$place"
