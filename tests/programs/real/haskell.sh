#!/bin/bash
# needs: ghc
cat > a.hs <<'X'
import Control.Concurrent
import Control.Exception
fib :: Int -> Integer
fib n = if n < 2 then fromIntegral n else fib (n - 1) + fib (n - 2)
main = do
  vs <- mapM (\i -> do { v <- newEmptyMVar; _ <- forkIO (putMVar v $! fib (15 + i)); return v }) [1 .. 8]
  mapM takeMVar vs >>= print
  r <- try (evaluate (1 `div` (0 :: Int))) :: IO (Either ArithException Int)
  print r
  t <- forkIO (threadDelay 10000000)
  killThread t
  print (2 ^ 1000 `mod` (10 ^ 9 + 7 :: Integer))
X
ghc -v0 -O -threaded a.hs && ./a +RTS -N2 && ./a +RTS -V0.001
