#!/bin/sh
# build_diff.sh FOLDER: makes the two builds `before` and `after` there.
set -e
inputs=$(cd "$(dirname "$0")" && pwd)
rm -rf "$1" && mkdir -p "$1" && cd "$1"
for build in before after; do
  llvm-mc-19 -triple=x86_64-linux-gnu -filetype=obj "$inputs/diff_$build.s" -o $build.o
  ld.lld-19 --image-base=0x400000 -e _start --build-id=none -z noseparate-code $build.o -o $build
  llvm-strip-19 -o $build.stripped $build
done
