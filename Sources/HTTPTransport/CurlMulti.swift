import CCurl

/// The owner of curl's multi handle. ``wakeUp()`` may be called from any thread, everything else from the loop's thread
/// only. The handle lives as long as a reference to its owner.
@safe final class CurlMulti: @unchecked Sendable {
    // Sendable although it holds a pointer: curl allows the one call that other threads make.
    private let handle: UnsafeMutableRawPointer

    init?(idleConnections: Int) {
        guard let handle = unsafe curl_multi_init() else { return nil }
        unsafe self.handle = handle
        unsafe keyturn_curl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, idleConnections)
    }

    deinit { unsafe curl_multi_cleanup(handle) }

    func wakeUp() { unsafe curl_multi_wakeup(handle) }

    func add(_ easy: borrowing CurlEasy) -> Bool { unsafe curl_multi_add_handle(handle, easy.handle) == CURLM_OK }

    func remove(_ easy: borrowing CurlEasy) { unsafe curl_multi_remove_handle(handle, easy.handle) }

    /// Advances all transfers as far as possible without waiting.
    func perform() -> Bool {
        var running: CInt = 0
        return unsafe curl_multi_perform(handle, &running) == CURLM_OK
    }

    /// Waits until there is work: traffic, a time limit, or a call of ``wakeUp()``.
    func wait() -> Bool { unsafe curl_multi_poll(handle, nil, 0, 60_000, nil) == CURLM_OK }

    /// The next finished transfer, by its number.
    func nextFinished() -> (id: Int, code: CURLcode)? {
        var waiting: CInt = 0
        while let message = unsafe curl_multi_info_read(handle, &waiting) {
            guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
            var id: UnsafeMutableRawPointer?
            unsafe keyturn_curl_get_pointer(message.pointee.easy_handle, CURLINFO_PRIVATE, &id)
            return unsafe (Int(bitPattern: id), message.pointee.data.result)
        }
        return nil
    }
}
