# Tools that watch the server while the tests run: a sanitizer that the module is built with, or Valgrind. Their reports
# are files named `watcher.PID` in the log directory. Sourced by t/run, after setup.sh and pool_debug.sh.

# The build that a watcher needs, in build/.
build_under() {
    case $1 in
        '' | memcheck) echo gcc ;;
        address | thread) echo "$1" ;;
        *) echo "t/run: --under takes address, thread or memcheck, not $1" >&2; return 1 ;;
    esac
}

# httpd_under WATCHER STAGE: prints the end of a shell script that becomes the watched server.
httpd_under() {
    local watch=()
    case $1 in
        address) address_environment "$2" ;;
        thread) thread_environment "$2" ;;
        memcheck)
            echo 'export PYTHONMALLOC=malloc'
            watch=(valgrind --quiet --fair-sched=yes --trace-children=yes "--log-file=$2/t/logs/watcher.%p")
            ;;
    esac
    echo "exec ${watch[*]} $HTTPD \"\$@\""
}

# A crash is reported with its stack before httpd's own handler could take the signal, and still ends with a signal that httpd logs.
address_environment() {
    local report="log_path=$1/t/logs/watcher"
    cat <<EOF
export LD_PRELOAD="$(g++ -print-file-name=libasan.so) $(g++ -print-file-name=libubsan.so) $(pool_debug_apr "$1")"
export PYTHONMALLOC=malloc
export ASAN_OPTIONS=detect_leaks=0:halt_on_error=0:handle_segv=2:handle_sigbus=2:handle_sigfpe=2:abort_on_error=1:allocator_may_return_null=1:$report
export UBSAN_OPTIONS=print_stacktrace=1:$report
EOF
}

# The thread sanitizer knows the locks, but not the memory, of libraries that were not built for it.
thread_environment() {
    local files="suppressions=$1/t/lib/thread.supp:log_path=$1/t/logs/watcher"
    cat <<EOF
export LD_PRELOAD="$(g++ -print-file-name=libtsan.so)"
export TSAN_OPTIONS=ignore_noninstrumented_modules=1:halt_on_error=0:exitcode=0:allocator_may_return_null=1:$files
EOF
}

# As the server's user can read it.
pool_debug_apr() {
    [ -e "$POOL_DEBUG_APR" ] || return 0
    cp "$POOL_DEBUG_APR" "$1/libapr-1.so.0"
    echo "$1/libapr-1.so.0"
}

# The reports with a frame of mod_pyhook; those with frames of the distribution's libraries only do not count. httpd's
# command line does not name mod_pyhook.
reports_of_ours() {
    grep -lsE 'mod_pyhook|pyhook::' "$1"/t/logs/watcher.*
}
