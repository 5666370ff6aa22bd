#!/bin/bash
# needs: erl erlc
cat > a.erl <<'X'
-module(a).
-export([main/0]).
fib(N) when N < 2 -> N;
fib(N) -> fib(N - 1) + fib(N - 2).
main() ->
    Self = self(),
    [spawn(fun() -> Self ! {I, fib(10 + I rem 8)} end) || I <- lists:seq(1, 300)],
    Sums = [receive {I, X} -> X end || I <- lists:seq(1, 300)],
    io:format("~p ~p~n", [lists:sum(Sums), fib(24)]),
    Table = ets:new(t, [public]),
    [ets:insert(Table, {I, I * I}) || I <- lists:seq(1, 50000)],
    io:format("~p ~s~n", [ets:info(Table, size), os:cmd("echo from a shell")]),
    {ok, Listening} = gen_tcp:listen(0, [binary, {active, false}]),
    {ok, Port} = inet:port(Listening),
    spawn(fun() -> {ok, C} = gen_tcp:connect("localhost", Port, [binary]), gen_tcp:send(C, "ping"), timer:sleep(1000) end),
    {ok, Peer} = gen_tcp:accept(Listening),
    {ok, Data} = gen_tcp:recv(Peer, 4),
    io:format("~p ~p~n", [Data, 1 bsl 300 rem 1000007]).
X
erlc a.erl && erl -noshell -s a main -s init stop </dev/null
