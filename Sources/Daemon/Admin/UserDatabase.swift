import Glibc

/// The host's users, according to its name service.
enum UserDatabase {
    static func uid(of name: String) -> UInt32? {
        unsafe find { unsafe getpwnam_r(name, $0, $1, $2, $3) }?.uid
    }

    static func name(of uid: UInt32) -> String? {
        unsafe find { unsafe getpwuid_r(uid, $0, $1, $2, $3) }?.name
    }

    /// The groups of the user after a login, the primary one first.
    static func groups(of name: String) -> [UInt32] {
        var entry = unsafe passwd()
        var found = unsafe UnsafeMutablePointer<passwd>?.none
        let own = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { buffer -> gid_t? in
            guard let base = buffer.baseAddress,
                unsafe getpwnam_r(name, &entry, base, buffer.count, &found) == 0, unsafe found != nil
            else { return nil }
            return unsafe entry.pw_gid
        }
        guard let own else { return [] }
        var count: CInt = 1024
        let all = unsafe [gid_t](unsafeUninitializedCapacity: Int(count)) { buffer, used in
            used = unsafe getgrouplist(name, own, buffer.baseAddress, &count) >= 0 ? Int(count) : 0
        }
        return [own] + all.filter { $0 != own }
    }

    /// The number of a group. Do not call it from several threads at once.
    static func gid(ofGroup name: String) -> UInt32? { unsafe getgrnam(name)?.pointee.gr_gid }

    private typealias Lookup = (
        UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
        UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> CInt

    private static func find(_ lookup: Lookup) -> (uid: UInt32, name: String)? {
        var entry = unsafe passwd()
        var found = unsafe UnsafeMutablePointer<passwd>?.none
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { buffer in
            guard let base = buffer.baseAddress, unsafe lookup(&entry, base, buffer.count, &found) == 0,
                unsafe found != nil, let name = unsafe entry.pw_name
            else { return nil }
            return unsafe (entry.pw_uid, String(cString: name))
        }
    }
}
