#!/bin/bash
# needs: python3
cat >main.py <<'P'
import multiprocessing as m, threading, signal, os, time
def square(x): return x * x
def fill(q, n): q.put(n * 2)
def hold(lock, value):
    for _ in range(50):
        with lock: value.value += 1
if __name__ == '__main__':
    for how in 'fork', 'spawn', 'forkserver':
        m.set_start_method(how, force=True)
        with m.Pool(3) as pool: print(how, pool.map(square, range(10)))
        q = m.Queue(); ps = [m.Process(target=fill, args=(q, i)) for i in range(4)]
        [p.start() for p in ps]; print(sorted(q.get() for _ in ps)); [p.join() for p in ps]
        lock, value = m.Lock(), m.Value('i', 0)
        ps = [m.Process(target=hold, args=(lock, value)) for _ in range(3)]
        [p.start() for p in ps]; [p.join() for p in ps]; print(value.value, [p.exitcode for p in ps])
    p = m.get_context('fork').Process(target=time.sleep, args=(100,)); p.start(); p.terminate(); p.join(); print(p.exitcode)
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
    with ProcessPoolExecutor(2, mp_context=m.get_context('fork')) as e: print(list(e.map(square, range(5))))
    with ThreadPoolExecutor(20) as e: print(sum(e.map(square, range(100))))
    from multiprocessing import shared_memory
    s = shared_memory.SharedMemory(create=True, size=100); s.buf[:3] = b'abc'
    t = shared_memory.SharedMemory(name=s.name); print(bytes(t.buf[:3])); t.close(); s.close(); s.unlink()
P
python3 main.py
