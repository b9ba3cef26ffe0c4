import CArrow
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The door to Arrow's shim: loads it when the first table is opened and turns its texts into errors.
enum Arrow {
    /// The shim's functions; throws with what to run where the shim is missing.
    static func functions(_ operation: String, at place: String) throws -> mk_arrow_api {
        guard let functions = mk_arrow_load() else {
            throw DatasetError(
                operation,
                "tables need Arrow's shim, which \(String(cString: mk_arrow_reason())): run 'make setup' (x86-64 Linux), or point MILLRACE_ARROW at libmillrace_arrow.so",
                at: place)
        }
        return functions.pointee
    }

    /// Throws the shim's text, if it gave one.
    static func check(_ text: UnsafeMutablePointer<CChar>?, _ operation: String, at place: String) throws {
        guard let text else { return }
        defer { mk_arrow_load()?.pointee.free_text(text) }
        throw DatasetError(operation, String(cString: text), at: place)
    }

    /// Lends strings as C has them.
    static func withTexts<R>(_ strings: [String], _ body: (mk_arrow_texts) throws -> R) rethrows -> R {
        let copies = strings.map { UnsafePointer(strdup($0)) }
        defer { for copy in copies { free(UnsafeMutablePointer(mutating: copy)) } }
        return try copies.withUnsafeBufferPointer { try body(mk_arrow_texts(items: $0.baseAddress, count: Int64($0.count))) }
    }
}

/// Whether tables can be read and written here, that is, whether Arrow's shim is found; and why not.
public enum TableSupport {
    /// nil where tables work, else the reason in words.
    public static var problem: String? {
        do {
            _ = try Arrow.functions("table", at: "")
            return nil
        } catch { return "\(error)" }
    }

    /// The version of Arrow C++ in use, or nil.
    public static var version: String? { mk_arrow_load().map { String(cString: $0.pointee.version()!) } }
}
