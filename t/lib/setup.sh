# Code that ./check and ./demo share: the distribution's packages, the build, and the account that serves. Sourced by
# bash scripts under `set -euo pipefail`.

# The account that serves reads what is made here.
umask 022

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# The interpreter that the distribution's libpython belongs to, whatever comes first on the PATH.
PYTHON=/usr/bin/python3
HTTPD=/usr/sbin/apache2
PERL_TEST_LIBRARY=$project/build/perl5
# Pythons that are made or copied for tests.
other_pythons=${TMPDIR:-/tmp}/pyhook-pythons

build_packages=(apache2-bin apache2-dev zlib1g-dev python3 python3-dev cmake ninja-build pkg-config g++ ccache curl)
test_packages=(apache2-utils clang clang-format libgtest-dev googletest libwww-perl nghttp2-client openssl redis-tools strace mypy python3-mypy python3-pytest
               python3-pip python3-setuptools python3-wheel python3-h2 python3-numpy python3-cryptography python3-django python3-itsdangerous python3-werkzeug python3-webob
               bash fish logrotate zsh)
example_packages=(python3-pytest cython3 sqlite3 liblua5.3-dev liblua5.4-dev apache2-dev)
site_packages=(python3-sphinx python3-myst-parser furo)
# Only libraries and commands: none of them starts a service.
application_packages=(curl git libapache2-mod-auth-openidc mercurial openssl python3-django python3-dulwich python3-flask python3-klaus python3-radicale
                      python3-autobahn python3-django-channels python3-fastapi python3-itsdangerous python3-multipart python3-python-multipart python3-quart
                      python3-starlette python3-websockets)

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

missing_packages() {
    local installed
    installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p')
    comm -23 <(printf '%s\n' "$@" | sort -u) <(printf '%s\n' "$installed" | sort -u)
}

need_packages() {
    local missing
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    echo "Installing from the distribution:" $missing
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -y --no-install-recommends install $missing >/dev/null
}

# The same for packages that not every release has.
need_available_packages() {
    local missing
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    apt-cache show $missing >/dev/null 2>&1 || as_root apt-get -qq update
    mapfile -t missing < <(apt-cache madison $missing 2>/dev/null | awk '{print $1}' | sort -u)
    need_packages "${missing[@]}"
}

# Chromium comes from the distribution; what drives it, and what shows an OpenAPI page, from npm.
browser=$project/build/browser
need_browser() {
    need_packages chromium
    command -v npm >/dev/null || need_packages nodejs npm
    mkdir -p "$browser"
    npm install --silent --no-audit --no-fund --no-save --prefix "$browser" playwright-core@1.65.1 swagger-ui-dist@4.19.1
}

# Apache::Test is only packaged inside libapache2-mod-perl2, whose installation would bring in the
# distribution's own Apache site. Its Perl files are taken out of the package instead.
need_apache_test() {
    [ ! -e "$PERL_TEST_LIBRARY/Apache/Test.pm" ] || return 0
    echo "Unpacking Apache::Test from the distribution's libapache2-mod-perl2 (not installed)"
    local scratch
    scratch=$(mktemp -d)
    (cd "$scratch" && download libapache2-mod-perl2 && dpkg-deb -x ./*.deb .)
    mkdir -p "$PERL_TEST_LIBRARY/Apache"
    cp "$(dirname "$(find "$scratch" -path '*/Apache/Test.pm')")"/Test*.pm "$PERL_TEST_LIBRARY/Apache/"
    rm -rf "$scratch"
}

# unpack_packages DIRECTORY PACKAGE…: their files, not installed. One that the distribution does not have is left out.
unpack_packages() {
    local place=$1 scratch package
    shift
    scratch=$(mktemp -d)
    chmod 755 "$scratch"
    for package; do
        (cd "$scratch" && download "$package") || echo "the distribution has no $package: it is left out" >&2
    done
    mkdir "$scratch/files"
    find "$scratch" -name '*.deb' -exec dpkg-deb -x {} "$scratch/files" \;
    rm -rf "$place"
    mkdir -p "${place%/*}"
    mv -T "$scratch/files" "$place" # whole, or not there
    rm -rf "$scratch"
}

# Other modules that start Python. Installing their packages would switch them on in the machine's own httpd.
other_modules=$project/build/other-modules
need_other_modules() {
    [ ! -d "$other_modules" ] || return 0
    unpack_packages "$other_modules" libapache2-mod-wsgi-py3 libapache2-mod-python
    mkdir -p "$other_modules/usr/lib/apache2/modules" # for a distribution that has neither
}

# A machine that never ran `apt-get update` knows no package.
download() {
    apt-get -qq download "$1" 2>/dev/null && return
    as_root apt-get -qq update
    apt-get -qq download "$1"
}

# configure DIRECTORY [cmake options]: shows cmake's output if it fails.
configure() {
    local directory=$1
    shift
    local options=(-G Ninja "-DPYHOOK_PYTHON=$PYTHON")
    if command -v ccache >/dev/null; then
        options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    fi
    mkdir -p "$directory"
    forget_other_compiler "$directory" "$@"
    if ! cmake -S "$project" -B "$directory" "${options[@]}" "$@" >"$directory/configure.log" 2>&1; then
        cat "$directory/configure.log"
        return 1
    fi
}

# CMake begins anew by itself when a directory's compiler changes, and then without the other options.
forget_other_compiler() {
    local directory=$1 wanted option cached
    shift
    cached=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$directory/CMakeCache.txt" 2>/dev/null || true)
    for option; do
        wanted=${option#-DCMAKE_CXX_COMPILER=}
        if [ "$wanted" != "$option" ] && [ -n "$cached" ] && [ "$(command -v "$cached")" != "$(command -v "$wanted")" ]; then
            rm -rf "$directory/CMakeCache.txt" "$directory/CMakeFiles"
        fi
    done
}

# configure_and_build DIRECTORY [cmake options]: the product is DIRECTORY/mod_pyhook.so. ccache reuses what was compiled
# with the same options in another directory; its debug information then names that directory.
configure_and_build() {
    configure "$@"
    CCACHE_NOHASHDIR=1 cmake --build "$1"
}

# Every CPython from 3.11 on that is installed here, except Debian's; also those without a GIL, whose names end with t,
# and one that t/pythons/free-threaded has built.
found_pythons() {
    local python
    for python in {/usr,/usr/local}/bin/python3.1[1-9]{,t} "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[1-9]*/bin/python3 \
        "$other_pythons"/free-threaded-*/bin/python3; do
        if [ -x "$python" ] && [ "$(realpath "$python")" != "$(realpath "$PYTHON")" ]; then
            echo "$python"
        fi
    done
}

# Those that can be used; says of the others that they are skipped.
usable_pythons() {
    local python
    for python in $(found_pythons); do
        reachable_python "$python" || echo "skipped $python" >&2
    done
}

# The same Python where httpd's children can read it: itself, or a copy beside the builds. Says why if it cannot be
# used.
reachable_python() {
    local python=$1 prefix copy
    if ! "$python" -c 'import sys, sysconfig; sys.exit(sys.version_info < (3, 11) or not sysconfig.get_config_var("Py_ENABLE_SHARED"))'; then
        echo "$python is older than 3.11, or has no shared library" >&2
        return 1
    fi
    prefix=$("$python" -c 'import sys; print(sys.base_prefix)')
    if [ "$(id -u)" != 0 ] || as_user "$(serving_user)" test -r "$prefix/lib"; then
        echo "$python"
        return
    fi
    copy=$other_pythons/${prefix##*/}
    if [ ! -d "$copy" ]; then
        mkdir -p "${copy%/*}"
        cp -a "$prefix" "$copy"
        # A worker process starts with an environment of its own, in which no variable names the library.
        need_packages patchelf >&2
        patchelf --set-rpath '$ORIGIN/../lib' "$(realpath "$copy/bin/python3")"
        chmod -R a+rX "${copy%/*}"
    fi
    echo "$copy/bin/python3"
}

# The account that a server started by root gives its children.
serving_user() {
    getent passwd www-data >/dev/null && echo www-data || echo nobody
}

# as_user NAME COMMAND…: runs it with that user's identity and none of root's rights.
as_user() {
    local name=$1
    shift
    setpriv --reuid="$name" --regid="$(id -gn "$name")" --clear-groups -- "$@"
}
