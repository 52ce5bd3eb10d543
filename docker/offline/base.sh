#!/usr/bin/env bash
# base.sh IMAGE LABEL: a debian:bookworm-slim alike out of Debian's packages, with docker import. Needs mmdebstrap.
set -euo pipefail
image=$1 label=$2

scratch=$(mktemp -d "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")/devbox-base.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

# As in Debian's own images: apt leaves nothing behind, dpkg unpacks no documentation. A layer with apt in it is 70 MB smaller.
clean='rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true'
cat > "$scratch/docker-clean" <<CONF
DPkg::Post-Invoke { "$clean"; };
APT::Update::Post-Invoke { "$clean"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Acquire::Languages "none";
Acquire::GzipIndexes "true";
Apt::AutoRemove::SuggestsImportant "false";
CONF
cat > "$scratch/dpkg-docker" <<'CONF'
path-exclude=/usr/share/doc/*
path-include=/usr/share/doc/*/copyright
path-exclude=/usr/share/man/*
path-exclude=/usr/share/info/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/lintian/*
CONF
cat > "$scratch/trim" <<'TRIM'
#!/bin/sh
cd "$1"
rm -rf usr/share/man/* usr/share/info/* usr/share/locale/* usr/share/lintian var/log/* var/cache/debconf/*-old
find usr/share/doc -type f ! -name copyright -delete
find usr/share/doc -type l -delete
rm -f var/cache/apt/*.bin etc/dpkg/dpkg.cfg.d/99mmdebstrap etc/apt/apt.conf.d/99mmdebstrap
TRIM
chmod 755 "$scratch/trim"

# The merged-usr hook lays the links out beforehand; without it the package usrmerge brings all of perl along (49 MB).
if ! TMPDIR=$scratch mmdebstrap --quiet --variant=minbase \
    --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Languages "none"' \
    --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
    --customize-hook="$scratch/trim \"\$1\"" \
    --customize-hook="copy-in $scratch/docker-clean /etc/apt/apt.conf.d" \
    --customize-hook="upload $scratch/dpkg-docker /etc/dpkg/dpkg.cfg.d/docker" \
    bookworm "$scratch/root.tar" 2> "$scratch/log"; then
    tail -20 "$scratch/log" >&2
    exit 1
fi
docker import \
    -c "LABEL devbox.offline=$label" -c 'CMD ["bash"]' -c 'ENV LANG=C.UTF-8' \
    -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    "$scratch/root.tar" "$image" > /dev/null
