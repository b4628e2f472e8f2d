import Glibc

// Hands one target to libFuzzer: `keyturn-fuzz TARGET [libFuzzer's own options and folders]`. Built by scripts/fuzz alone.

@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

nonisolated(unsafe) private var target = FuzzTarget.all[0]

private let names = FuzzTarget.all.map(\.name)

/// One input. It has the name that libFuzzer's own `main` looks for, which is linked and never runs.
@_cdecl("LLVMFuzzerTestOneInput")
func runOne(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    do { try unsafe target.run(input) } catch {
        print("\(unsafe target.name): \(error)")
        fflush(nil)
        abort()
    }
    return 0
}

guard CommandLine.arguments.count > 1, let chosen = FuzzTarget.all.first(where: { $0.name == CommandLine.arguments[1] })
else {
    print(names.joined(separator: "\n"))
    exit(CommandLine.arguments.count > 1 ? 64 : 0)
}
unsafe target = chosen

// libFuzzer takes the name of the program and its own options.
var count = CommandLine.argc - 1
var arguments = unsafe CommandLine.unsafeArgv.advanced(by: 1)
unsafe exit(runFuzzer(&count, &arguments, runOne))
