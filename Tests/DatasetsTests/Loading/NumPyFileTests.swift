@testable import Datasets
import Engine
import Testing

@Suite("NumPyFile") struct NumPyFileTests {
    private func file(_ header: String, _ data: [UInt8]) -> [UInt8] {
        let text = Array(header.utf8)
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count & 255), UInt8(text.count >> 8)] + text + data
    }

    @Test func `little and big ends give the same numbers`() throws {
        let little = try NumPyFile.array(file("{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }\n", [1, 2, 3, 4]), at: "f")
        let big = try NumPyFile.array(file("{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }\n", [2, 1, 4, 3]), at: "f")
        #expect(little.values(Int16.self) == [0x201, 0x403])
        #expect(big.values(Int16.self) == [0x201, 0x403])
    }

    @Test func `Fortran's order is rewritten`() throws {
        let array = try NumPyFile.array(file("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3)}", [1, 4, 2, 5, 3, 6]), at: "f")
        #expect(array.shape == [2, 3])
        #expect(array.values(UInt8.self) == [1, 2, 3, 4, 5, 6])
    }

    @Test(arguments: [
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (7,)}", "has 6 bytes of numbers, which is not what u8[7] takes"),
        (
            "{'descr': '<U3', 'fortran_order': False, 'shape': (6,)}",
            "holds elements of the type '<U3'; only numbers and truth values are read"
        ),
        ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,)}", "holds records; only plain numbers are read"),
        (
            "{'descr': '|u1', 'fortran_order': False, 'shape': (9223372036854775807, 4)}",
            "has 6 bytes of numbers, which is not what u8[9223372036854775807,4] takes"
        ),
        ("{'descr': '|b1', 'fortran_order': False, 'shape': (6,)}", "has truth values other than 0 and 1"),
    ]) func `other files are refused with a reason`(header: String, reason: String) {
        #expect(throws: DatasetError("npy", reason, at: "f")) { try NumPyFile.array(file(header, [1, 2, 3, 4, 5, 6]), at: "f") }
    }

    @Test func `damaged files are refused and never trap`() {
        let valid = file("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n", [UInt8](repeating: 7, count: 24))
        let result = fuzz(valid, rounds: 20_000) { _ = try NumPyFile.array($0, at: "f") }
        #expect(result.foreign == nil)
        #expect(result.refused > 10_000)
    }
}
