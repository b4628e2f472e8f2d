import Glibc

/// The width of the terminal that a stream writes to.
package enum Screen {
    /// Columns; `nil` where there is no terminal.
    package static func width(of descriptor: CInt) -> Int? { size(of: descriptor).map { Int($0.ws_col) } }
    package static func height(of descriptor: CInt) -> Int? { size(of: descriptor).map { Int($0.ws_row) } }

    private static func size(of descriptor: CInt) -> winsize? {
        guard isatty(descriptor) == 1 else { return nil }
        var size = winsize()
        // A terminal that does not know its width, such as a serial line, counts as 80 columns wide.
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
        }
        return size
    }
}
