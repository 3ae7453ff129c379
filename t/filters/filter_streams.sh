#!/bin/sh
# Says a word, and another when the file that the query names is there.
printf 'Content-Type: text/plain\n\nready\n'
for _ in $(seq 500); do
    [ ! -e "$QUERY_STRING" ] || break
    sleep 0.02
done
[ -e "$QUERY_STRING" ] && echo done
