/// The members of a zip file, stored or deflated, with their check sums verified.
struct ZipArchive {
    struct Member: Sendable {
        let name: String
        let size: Int
        fileprivate let packed: Int
        fileprivate let method: UInt16
        fileprivate let checksum: UInt32
        fileprivate let header: Int
    }

    /// In the order of the archive's directory.
    let members: [Member]
    private let bytes: [UInt8]
    private let file: String
    private let operation: String

    init(_ path: String, for operation: String) throws {
        try self.init(FileBytes.raw(path, limit: FileBytes.limit, for: operation), for: operation, at: path)
    }

    init(_ bytes: [UInt8], for operation: String, at file: String) throws {
        self.bytes = bytes
        self.file = file
        self.operation = operation
        var (entries, start) = try Self.end(bytes, operation, file)
        guard start <= bytes.count else { throw DatasetError(operation, "the zip directory lies outside the file", at: file) }
        var cursor = ByteCursor(bytes[start...], for: operation, at: file)
        var members: [Member] = []
        // An entry takes 46 bytes at least: a wrong count ends here, not in memory.
        guard entries <= (bytes.count - start) / 46 else { throw DatasetError(operation, "the zip directory is too short", at: file) }
        while entries > 0 {
            entries -= 1
            guard try cursor.little(UInt32.self) == 0x0201_4b50 else {
                throw DatasetError(operation, "the zip directory is damaged", at: file)
            }
            try cursor.skip(4)
            let flags = try cursor.little(UInt16.self), method = try cursor.little(UInt16.self)
            try cursor.skip(4)
            let checksum = try cursor.little(UInt32.self)
            var packed = Int(try cursor.little(UInt32.self)), size = Int(try cursor.little(UInt32.self))
            let nameLength = Int(try cursor.little(UInt16.self)), extraLength = Int(try cursor.little(UInt16.self))
            let commentLength = Int(try cursor.little(UInt16.self))
            try cursor.skip(8)
            var header = Int(try cursor.little(UInt32.self))
            let name = String(decoding: try cursor.take(nameLength), as: UTF8.self)
            var extra = ByteCursor(try cursor.take(extraLength), for: operation, at: file)
            try cursor.skip(commentLength)
            while extra.left >= 4 {
                let kind = try extra.little(UInt16.self), length = Int(try extra.little(UInt16.self))
                var field = ByteCursor(try extra.take(min(length, extra.left)), for: operation, at: file)
                guard kind == 1 else { continue }
                // Zip64: eight bytes for each number that does not fit into four.
                if size == 0xffff_ffff { size = Int(truncatingIfNeeded: try field.little(UInt64.self)) }
                if packed == 0xffff_ffff { packed = Int(truncatingIfNeeded: try field.little(UInt64.self)) }
                if header == 0xffff_ffff { header = Int(truncatingIfNeeded: try field.little(UInt64.self)) }
            }
            guard flags & 1 == 0 else { throw DatasetError(operation, "the member '\(name)' is encrypted", at: file) }
            guard size >= 0, packed >= 0, header >= 0, packed <= bytes.count, header < bytes.count else {
                throw DatasetError(operation, "the member '\(name)' lies outside the file", at: file)
            }
            members.append(Member(name: name, size: size, packed: packed, method: method, checksum: checksum, header: header))
        }
        self.members = members
    }

    /// What a member holds.
    func contents(of member: Member, limit: Int = FileBytes.limit) throws -> [UInt8] {
        let place = "\(file)/\(member.name)"
        guard member.size <= limit else {
            throw DatasetError(operation, "has \(member.size) bytes, more than the limit of \(limit)", at: place)
        }
        var cursor = ByteCursor(bytes[member.header...], for: operation, at: file)
        guard try cursor.little(UInt32.self) == 0x0403_4b50 else { throw DatasetError(operation, "has no header", at: place) }
        try cursor.skip(22)
        let skipped = Int(try cursor.little(UInt16.self)) + Int(try cursor.little(UInt16.self))
        try cursor.skip(skipped)
        let packed = try cursor.take(member.packed)
        let contents: [UInt8]
        switch member.method {
        case 0: contents = Array(packed)
        case 8: contents = try Inflate.inflate(packed, .raw, limit: member.size, for: operation, at: place)
        default: throw DatasetError(operation, "is packed by method \(member.method); only stored and deflated members are read", at: place)
        }
        guard contents.count == member.size else {
            throw DatasetError(operation, "unpacks to \(contents.count) bytes, the directory says \(member.size)", at: place)
        }
        guard Inflate.checksum(contents) == member.checksum else { throw DatasetError(operation, "has the wrong check sum", at: place) }
        return contents
    }

    /// What the member of that name holds.
    func contents(named name: String) throws -> [UInt8] {
        guard let member = members.first(where: { $0.name == name }) else {
            throw DatasetError(operation, "has no member '\(name)', only \(members.prefix(20).map(\.name))", at: file)
        }
        return try contents(of: member)
    }

    /// The number of entries and the place of the directory.
    private static func end(_ bytes: [UInt8], _ operation: String, _ file: String) throws -> (Int, Int) {
        let record = 22
        var place = bytes.count - record
        // A comment of up to 65,535 bytes may follow.
        while place >= 0 && place >= bytes.count - record - 0xffff {
            if bytes[place] == 0x50, bytes[place + 1] == 0x4b, bytes[place + 2] == 5, bytes[place + 3] == 6 {
                var cursor = ByteCursor(bytes[(place + 10)...], for: operation, at: file)
                let entries = Int(try cursor.little(UInt16.self))
                try cursor.skip(4)
                let start = Int(try cursor.little(UInt32.self))
                if entries < 0xffff && start < 0xffff_ffff { return (entries, start) }
                return try large(bytes, place, operation, file)
            }
            place -= 1
        }
        throw DatasetError(operation, "is not a zip file", at: file)
    }

    /// The same out of the zip64 records before the end record.
    private static func large(_ bytes: [UInt8], _ end: Int, _ operation: String, _ file: String) throws -> (Int, Int) {
        guard end >= 20 else { throw DatasetError(operation, "has no zip64 directory", at: file) }
        var locator = ByteCursor(bytes[(end - 20)...], for: operation, at: file)
        guard try locator.little(UInt32.self) == 0x0706_4b50 else { throw DatasetError(operation, "has no zip64 directory", at: file) }
        try locator.skip(4)
        let place = try locator.little(UInt64.self)
        guard place < UInt64(bytes.count) else { throw DatasetError(operation, "the zip64 directory lies outside the file", at: file) }
        var record = ByteCursor(bytes[Int(place)...], for: operation, at: file)
        guard try record.little(UInt32.self) == 0x0606_4b50 else {
            throw DatasetError(operation, "the zip64 directory is damaged", at: file)
        }
        try record.skip(28)
        let entries = try record.little(UInt64.self)
        try record.skip(8)
        let start = try record.little(UInt64.self)
        guard entries < UInt64(bytes.count), start <= UInt64(bytes.count) else {
            throw DatasetError(operation, "the zip64 directory lies outside the file", at: file)
        }
        return (Int(entries), Int(start))
    }
}
