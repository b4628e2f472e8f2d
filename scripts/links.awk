# Checks the relative links of Markdown files: prints `path:line: what is wrong` for each whose file or heading does not
# exist. A path consists of letters, digits and `._/-`, so it needs no quoting in a shell. Also checks names of test
# suites: `FooTests` is a file or a folder of that name below Tests, and `BarTests/FooTests` is that file in that
# folder, in case several targets have one. Each file is read twice: for its headings, and for its links.
#
#   awk -f scripts/links.awk pass=1 FILES... pass=2 FILES...

# The anchor of a heading, as forges make it: words without marks, in lower case, joined by hyphens.
function anchor(heading,    name) {
    while (match(heading, /\]\([^)]*\)/)) heading = substr(heading, 1, RSTART) substr(heading, RSTART + RLENGTH)
    name = tolower(heading)
    gsub(/[^a-z0-9 _-]/, "", name)
    gsub(/ /, "-", name)
    return name
}

# Without `.` and `..`.
function plain(path,    parts, count, i, kept, n) {
    count = split(path, parts, "/")
    for (i = 1; i <= count; i++) {
        if (parts[i] == "." || parts[i] == "") continue
        if (parts[i] == ".." && n && kept[n] != "..") n--
        else kept[++n] = parts[i]
    }
    path = kept[1]
    for (i = 2; i <= n; i++) path = path "/" kept[i]
    return path
}

function judge(link,    path, heading, folder) {
    if (link ~ /^[a-z]+:/) return
    path = link
    heading = ""
    if (match(link, /#/)) {
        path = substr(link, 1, RSTART - 1)
        heading = substr(link, RSTART + 1)
    }
    folder = FILENAME
    if (!sub(/\/[^\/]*$/, "", folder)) folder = "."
    path = path == "" ? plain(FILENAME) : plain(folder "/" path)
    if (path ~ /[^A-Za-z0-9._\/-]/) known[path] = 0
    if (!(path in known)) known[path] = system("test -e " path) == 0
    if (!known[path]) print FILENAME ":" FNR ": leads to no file: " link
    else if (heading != "" && !((path, heading) in headings)) print FILENAME ":" FNR ": leads to no heading: " link
}

function judge_suite(name) {
    sub(/^Tests\//, "", name)
    if (name in suites || name in targets) return
    if (!(name in places)) print FILENAME ":" FNR ": there are no such tests: " name
    else if (places[name] ~ /. /) print FILENAME ":" FNR ": say which of" places[name] " is meant"
}

BEGIN {
    command = "find Tests -name '*Tests.swift'"
    while ((command | getline file) > 0) {
        name = substr(file, 7, length(file) - 12)
        suites[name] = 1
        targets[substr(name, 1, index(name, "/") - 1)] = 1
        sub(/.*\//, "", name)
        places[name] = places[name] " " file
    }
    close(command)
}
FNR == 1 { fenced = 0 }
/^ *(```|~~~)/ { fenced = !fenced; next }
fenced { next }
pass == 1 && /^#+ / {
    name = $0
    sub(/^#+ +/, "", name)
    name = anchor(name)
    path = plain(FILENAME)
    if (count[path, name]++) name = name "-" (count[path, name] - 1)
    headings[path, name] = 1
}
pass == 2 {
    rest = $0
    while (match(rest, /\]\([^) ]+\)/)) {
        link = substr(rest, RSTART + 2, RLENGTH - 3)
        rest = substr(rest, RSTART + RLENGTH)
        judge(link)
    }    rest = $0
    while (match(rest, /[A-Za-z0-9_\/]+/)) {
        name = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
        if (name ~ /[a-z0-9]Tests$/) judge_suite(name)
    }
}
