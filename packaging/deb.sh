#!/bin/sh
# Builds dist/capdo_VERSION_ARCH.deb around a binary: deb.sh BINARY VERSION
set -eu
binary=$1 version=$2
here=$(dirname "$0")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
arch=$(dpkg --print-architecture)
install -D -m 755 "$binary" "$root/usr/bin/capdo"
install -D -m 640 "$here/capdo.env" "$root/etc/capdo/capdo.env"
for unit in capdo.service capdo-backup.service capdo-backup.timer; do
	install -D -m 644 "$here/$unit" "$root/usr/lib/systemd/system/$unit"
done
for doc in README.md CHANGELOG.md LICENSE NOTICE docs/licences.md docs/security.md; do
	install -D -m 644 "$here/../$doc" "$root/usr/share/doc/capdo/$(basename "$doc")"
done
mkdir "$root/DEBIAN"
for script in postinst prerm postrm; do
	install -m 755 "$here/$script" "$root/DEBIAN/$script"
done
echo /etc/capdo/capdo.env > "$root/DEBIAN/conffiles"
cat > "$root/DEBIAN/control" <<END
Package: capdo
Version: $version
Architecture: $arch
Maintainer: capdo
Section: admin
Priority: optional
Depends: adduser, util-linux
Installed-Size: $(du -sk "$root" | cut -f1)
Description: security levels of information systems
 Decides, proves and keeps the security level (1 to 5) of the information
 systems of a province. One static program with its own pages and database.
END
dpkg-deb --root-owner-group --build "$root" "dist/capdo_${version}_${arch}.deb"
