# Checks every import of the Swift files against the table, which is the first file:
#     awk -f imports.awk imports.txt Sources/Domain/Name.swift ...
# Prints `path:line: what is wrong`. A file's target is its folder under Sources. A permission that no file uses is wrong too.

function complain(what) { print FILENAME ":" FNR ": " what }

NR == FNR {
    sub(/#.*/, "")
    if (!NF) next
    owner = $1
    if (!sub(/:$/, "", owner)) { complain("a line begins with its target and a colon"); next }
    if (!(owner in row)) row[owner] = FNR
    for (i = 2; i <= NF; i++) {
        allowed[owner, $i] = 1
        place[owner, $i] = FNR
    }
    next
}

FNR == 1 {
    split(FILENAME, part, "/")
    target = part[2]
    if (!(target in row)) complain(target " has no line in the table of imports")
}

/import/ {
    gsub(/\/\/.*|\/\*[^*]*\*\//, "")
    count = split($0, statements, ";")
    for (i = 1; i <= count; i++) {
        module = statements[i]
        while (sub(/^[ \t]*(@[A-Za-z_]+(\([^)]*\))?|public|package|internal|fileprivate|private)[ \t]+/, "", module)) {}
        if (!sub(/^[ \t]*import[ \t]+/, "", module)) continue
        sub(/^(actor|class|enum|func|let|protocol|struct|typealias|var)[ \t]+/, "", module)
        gsub(/`/, "", module)
        sub(/[^A-Za-z0-9_].*/, "", module)
        used[target, module] = 1
        if (!((target, module) in allowed) && !(("*", module) in allowed)) complain(target " may not import " module)
    }
}

END {
    for (pair in place) {
        split(pair, side, SUBSEP)
        if (side[2] in row && row[side[2]] >= row[side[1]])
            print "scripts/imports.txt:" place[pair] ": " side[1] " names " side[2] ", which is not above it"
        if (side[1] != "*" && !(pair in used))
            print "scripts/imports.txt:" place[pair] ": " side[1] " may import " side[2] ", and no file of it does"
    }
}
