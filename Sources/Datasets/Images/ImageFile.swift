import CPNG
import CTurboJPEG

/// Decodes JPEG and PNG files.
///
/// The size that a header states is checked against the limit before memory is taken for it. Orientation marks are not applied and colour
/// profiles are ignored, as most training code has it.
public enum ImageFile {
    /// More pixels than this are refused unless the caller allows them: a hundred million.
    public static let maximumPixels = 100_000_000

    public static func read(_ path: String, maximumPixels: Int = maximumPixels) throws -> Image {
        try decode(FileBytes.raw(path, limit: 1 << 30, for: "image"), at: path, maximumPixels: maximumPixels)
    }

    /// Decodes the bytes of a file; its first bytes say which kind it is.
    public static func decode(_ bytes: [UInt8], at place: String = "", maximumPixels: Int = maximumPixels) throws -> Image {
        if bytes.starts(with: [0xff, 0xd8, 0xff]) { return try jpeg(bytes, place, maximumPixels) }
        if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) { return try png(bytes, place, maximumPixels) }
        throw DatasetError("image", "is neither JPEG nor PNG", at: place)
    }

    private static func check(_ width: Int, _ height: Int, _ limit: Int, _ place: String) throws {
        guard width > 0, height > 0, width.multipliedReportingOverflow(by: height).overflow == false, width * height <= limit else {
            throw DatasetError("image", "has \(width) x \(height) pixels, the limit is \(limit)", at: place)
        }
    }

    private static func png(_ bytes: [UInt8], _ place: String, _ limit: Int) throws -> Image {
        var text = [CChar](repeating: 0, count: Int(mk_png_text))
        func reason() -> String { String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) }
        var info = mk_png_info()
        guard mk_png_header(bytes, bytes.count, &info, &text) == 0 else { throw DatasetError("png", reason(), at: place) }
        let width = Int(info.width), height = Int(info.height), channels = Int(info.channels)
        try check(width, height, limit, place)
        var pixels = [UInt8](repeating: 0, count: width * height * channels)
        guard mk_png_decode(bytes, bytes.count, &pixels, pixels.count, &text) == 0 else { throw DatasetError("png", reason(), at: place) }
        return Image(pixels, width: width, height: height, channels: channels)
    }

    private static func jpeg(_ bytes: [UInt8], _ place: String, _ limit: Int) throws -> Image {
        guard let decoder = tjInitDecompress() else { throw DatasetError("jpeg", "the decoder cannot start", at: place) }
        defer { tjDestroy(decoder) }
        func fail() -> DatasetError { DatasetError("jpeg", String(cString: tjGetErrorStr2(decoder)), at: place) }
        var width: Int32 = 0, height: Int32 = 0, sampling: Int32 = 0, space: Int32 = 0
        guard tjDecompressHeader3(decoder, bytes, UInt(bytes.count), &width, &height, &sampling, &space) == 0 else { throw fail() }
        try check(Int(width), Int(height), limit, place)
        let isGrey = space == Int32(TJCS_GRAY.rawValue)
        let isInk = space == Int32(TJCS_CMYK.rawValue) || space == Int32(TJCS_YCCK.rawValue)
        let format = isGrey ? TJPF_GRAY : isInk ? TJPF_CMYK : TJPF_RGB
        let channels = isGrey ? 1 : isInk ? 4 : 3
        var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * channels)
        // A file that ends too early is an error here, not a picture with a grey end.
        guard
            tjDecompress2(decoder, bytes, UInt(bytes.count), &pixels, width, 0, height, Int32(format.rawValue), Int32(TJFLAG_STOPONWARNING))
                == 0
        else { throw fail() }
        if !isInk { return Image(pixels, width: Int(width), height: Int(height), channels: channels) }
        // Files of four inks hold them inverted: 255 is no ink.
        var rgb = [UInt8](repeating: 0, count: Int(width) * Int(height) * 3)
        for pixel in 0..<Int(width) * Int(height) {
            let black = Int(pixels[pixel * 4 + 3])
            for ink in 0..<3 { rgb[pixel * 3 + ink] = UInt8((Int(pixels[pixel * 4 + ink]) * black + 127) / 255) }
        }
        return Image(rgb, width: Int(width), height: Int(height), channels: 3)
    }
}
