#!/bin/bash
# needs: ruby
cat >main.rb <<'R'
require 'digest'
require 'json'
require 'socket'
require 'open3'
puts (1..20).inject(:*), 2**100, Digest::SHA256.hexdigest('abc')[0, 16]
queue = Queue.new
threads = 8.times.map { |i| Thread.new { 100.times { |n| queue << i * n } } }
threads.each(&:join)
puts queue.size
puts JSON.parse('{"a": [1, 2.5, null]}').inspect
server = TCPServer.new('127.0.0.1', 0)
thread = Thread.new { 3.times { c = server.accept; c.puts "hello #{c.gets.strip}"; c.close } }
3.times { |i| s = TCPSocket.new('127.0.0.1', server.addr[1]); s.puts i; puts s.read; s.close }
thread.join
out, status = Open3.capture2('sh', '-c', 'cat; exit 3', stdin_data: 'through a child')
puts out, status.exitstatus
reading, writing = IO.pipe
pid = fork { reading.close; writing.write 'from a fork'; exit! 4 }
writing.close
puts reading.read, Process.wait2(pid)[1].exitstatus
fiber = Fiber.new { 3.times { |i| Fiber.yield i }; :done }
puts 4.times.map { fiber.resume }.inspect
trap('USR1') { puts 'a signal' }
Process.kill('USR1', Process.pid)
sleep 0.1
begin; raise 'on purpose'; rescue => e; puts e.message; end
def deep(n) = deep(n + 1)
begin; deep(0); rescue SystemStackError; puts 'too deep'; end
100_000.times { 'x' * 100 }
GC.start
puts ObjectSpace.count_objects[:TOTAL] > 0
R
ruby main.rb
