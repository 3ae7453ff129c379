# The distribution's libapr, built so that every piece of a pool is a separate allocation. AddressSanitizer then sees
# the use of an httpd record after the end of its pool, which it cannot see inside a pool's blocks. Sourced by ./check
# and t/run, after setup.sh.

POOL_DEBUG_APR=$project/build/apr/libapr-1.so.0

need_pool_debug_apr() {
    [ ! -e "$POOL_DEBUG_APR" ] || return 0
    local scratch
    scratch=$(mktemp -d)
    (
        set -e
        cd "$scratch"
        apr_source
        cd apr-*/
        ./configure --enable-pool-debug=yes --with-devrandom=/dev/urandom --enable-nonportable-atomics=yes \
            CFLAGS='-g -O1 -fno-omit-frame-pointer'
        without_debug_tables
        make -j2
    )
    mkdir -p "${POOL_DEBUG_APR%/*}"
    cp "$scratch"/apr-*/.libs/libapr-1.so.0 "$POOL_DEBUG_APR"
    rm -rf "$scratch"
}

# By separate lists of apt for sources, beside the machine's: its own set-up does not change.
apr_source() {
    mkdir -p parts lists/partial cache/archives/partial
    local file
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources}; do
        if [ -e "$file" ]; then
            sed -E 's/^deb /deb-src /; s/^Types: .*/Types: deb-src/' "$file" >"parts/${file##*/}"
        fi
    done
    local apt=(apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$PWD/parts"
        -o Dir::State::lists="$PWD/lists" -o Dir::Cache="$PWD/cache" -o APT::Sandbox::User=root)
    "${apt[@]}" update
    "${apt[@]}" source apr
}

# The tables' own checks search the whole tree of pools with its locks held, and threads that do so block each other.
without_debug_tables() {
    sed -i 's/#if APR_POOL_DEBUG$/#if 0/; s/#if (APR_POOL_DEBUG || /#if (/' tables/apr_tables.c tables/apr_hash.c
}
