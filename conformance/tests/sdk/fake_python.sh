#!/bin/sh
# A fake Python for the tests of conformance/src/sdk. They call it through links whose names select its behaviour; it
# logs its arguments next to the link. An environment's Python is a link to that link.
name=$0
while [ "${name##*/}" = python ]; do name=$(readlink "$name"); done
does=${name##*/}
beside=${name%/*}
echo "$*" >> "$beside/calls"

case "$*" in
*version_info*)
    case $does in
    old) echo 3.7.16 ;;
    torn) echo "python3: command not found" >&2; exit 127 ;;
    no-venv) echo 3.11.2; echo "ModuleNotFoundError: No module named 'ensurepip'" >&2; exit 1 ;;
    *) echo 3.11.7 ;;
    esac ;;
*"-m venv "*)
    if [ "$does" = disk-full ]; then
        echo "Error: [Errno 28] No space left on device: 'bin'"; exit 1
    fi
    for folder; do :; done
    mkdir -p "$folder/bin" && ln -s "$name" "$folder/bin/python" ;;
*"-m ensurepip "*)
    if [ "$does" = disk-nearly-full ]; then
        echo "ERROR: [Errno 28] No space left on device: 'pip'" >&2; exit 1
    fi ;;
*"-m pip install"*)
    echo "Collecting numpy<2 (from supervisely)"
    case $does in
    no-release)
        echo "WARNING: something else" >&2
        echo "ERROR: Could not find a version that satisfies it (from versions: 6.1.17, 6.74.51)" >&2
        echo "ERROR: No matching distribution found for supervisely==6.99.0" >&2
        echo "[notice] A new release of pip is available" >&2
        exit 1 ;;
    no-network)
        echo "WARNING: Retrying after connection broken" >&2
        echo "ERROR: Could not find a version that satisfies it (from versions: none)" >&2
        echo "ERROR: No matching distribution found for supervisely==6.74.51" >&2
        exit 1 ;;
    traceback)
        printf 'Traceback (most recent call last):\n  File "pip"\nKeyError: 1\n' >&2
        exit 1 ;;
    meets)
        # Ends only when the test opens and closes the FIFO.
        cat "$beside/gate" ;;
    esac
    # Like pip, it puts packages into the environment.
    mkdir -p "${0%/bin/python}/lib" && env > "${0%/bin/python}/lib/environment" ;;
*find_spec*)
    test -d "${0%/bin/python}/lib" ;;
*"import supervisely"*)
    if [ "$does" = no-library ]; then
        printf 'Traceback (most recent call last):\n  File "cv2"\nImportError: libGL.so.1:\ncannot open it\n' >&2
        exit 1
    fi
    env > "${0%/bin/python}/lib/cleaned" ;;
*)
    echo "unexpected call: $*" >&2; exit 2 ;;
esac
