# shellcheck shell=bash
# The RPM package, made of the unpacked Debian package: the same files, in the places that Fedora and SUSE use.
: "${root:?}" "${parts:?}"

# make_rpm TREE VERSION OUTPUT COMPRESSION: TREE is the unpacked Debian package, VERSION a Debian version.
make_rpm() {
    local tree=$1/rpm work=$1/rpm-work version=${2%-*} release=${2##*-} output=$3 compression=$4
    rm -rf "$tree" "$work"
    mkdir -p "$tree/usr/share/licenses/keyturn" "$work"
    cp -a "$1/package/usr" "$tree"
    python3 "$parts/elf.py" "$tree"/usr/bin/{keyturn,keyturnd,zoom-sandbox}
    rm -r "$tree/usr/share/lintian" "$tree/usr/share/doc/keyturn/changelog.Debian.gz"
    mv "$tree/usr/share/zsh/vendor-completions" "$tree/usr/share/zsh/site-functions"
    # Debian has the text of the Apache License in a package of its own.
    cp "$root/LICENSE" "$tree/usr/share/licenses/keyturn/LICENSE"
    sed -i 's,/usr/share/common-licenses/Apache-2.0,/usr/share/licenses/keyturn/LICENSE,' \
        "$tree/usr/share/doc/keyturn/copyright"
    find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    {
        say '%defattr(-,root,root,-)'
        printf '%%dir "/usr/share/%s"\n' keyturn doc/keyturn licenses/keyturn
        (cd "$tree" && find . ! -type d -printf '"/%P"\n' | LC_ALL=C sort)
    } >"$work/files"
    rpmbuild -bb --quiet --target "$(rpm_architecture)-linux" \
        --define "_topdir $work" --define "_rpmdir $output" --define '_rpmfilename %{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm' \
        --define "_dbpath $work/db" --define '_buildhost localhost' --define "_binary_payload $compression" \
        --define 'use_source_date_epoch_as_buildtime 1' --define 'clamp_mtime_to_source_date_epoch 1' \
        --define 'source_date_epoch_from_changelog 0' --define '_build_id_links none' --define 'debug_package %{nil}' \
        --define '__os_install_post %{nil}' --define "keyturn_version $version" --define "keyturn_release $release" \
        --define "keyturn_tree $tree" --define "keyturn_files $work/files" \
        --define "keyturn_maintainer ${KEYTURN_MAINTAINER:-Keyturn <keyturn@localhost>}" \
        "$parts/keyturn.spec" >"$work/log" 2>&1 || die "rpmbuild: $(tail -n 20 "$work/log")"
    rm -r "$work"
}

rpm_architecture() {
    case $(dpkg --print-architecture) in
        amd64) say x86_64 ;;
        arm64) say aarch64 ;;
        *) dpkg --print-architecture ;;
    esac
}
