#!/bin/bash
# needs: go
export GOCACHE=$PWD/cache GOPATH=$PWD/path GO111MODULE=off CGO_ENABLED=0
go version | cut -d' ' -f1-2
go env GOARCH GOOS
