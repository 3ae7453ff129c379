#!/bin/sh
# Prints a word, and another one when the file that the query names exists.
printf 'Content-Type: text/plain\n\nready\n'
for _ in $(seq 500); do
    [ ! -e "$QUERY_STRING" ] || break
    sleep 0.02
done
[ -e "$QUERY_STRING" ] && echo done
