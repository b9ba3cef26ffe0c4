/// A number at a fixed place of a raw row: little-endian, without gaps.
public struct RawColumn: Hashable, Sendable {
    public enum Element: String, Hashable, Sendable, CaseIterable {
        case i8, u8, i16, u16, i32, u32, i64, u64, f32, f64

        /// Bytes of one.
        public var width: Int {
            switch self {
            case .i8, .u8: 1
            case .i16, .u16: 2
            case .i32, .u32, .f32: 4
            case .i64, .u64, .f64: 8
            }
        }
    }

    public enum Meaning: Hashable, Sendable {
        /// A column of numbers gets factor · x + shift.
        case column(String, factor: Double = 1, shift: Double = 0)
        /// When the event happened, since 1970.
        case time(EpochUnit)
        /// Nobody wants it.
        case nothing
    }

    public let element: Element
    public let meaning: Meaning

    public init(_ element: Element, _ meaning: Meaning) {
        self.element = element
        self.meaning = meaning
    }

    /// A column of numbers as it is.
    public init(_ name: String, _ element: Element) { self.init(element, .column(name)) }
}
