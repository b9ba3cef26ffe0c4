#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import Engine

/// The logarithm of a mel spectrogram: f32[frames, bands].
public struct LogMel: Sendable {
    public enum Logarithm: Hashable, Sendable {
        /// ln(max(x, floor)).
        case natural(floor: Float)
        /// ln(x + offset).
        case naturalPlus(Float)
        /// 10 log10(max(x, 1e-10)), and nothing more than `range` below the loudest; librosa's `power_to_db` and torchaudio's `AmplitudeToDB`.
        case decibels(range: Float?)
    }

    public let transform: ShortTimeFourier
    public let filters: MelFilters
    public let logarithm: Logarithm

    public init(_ transform: ShortTimeFourier, _ filters: MelFilters, _ logarithm: Logarithm = .natural(floor: 1e-6)) {
        if filters.bins != transform.bins {
            trap(DatasetError("mel", "the filters take \(filters.bins) bins, the transform has \(transform.bins)"))
        }
        self.transform = transform
        self.filters = filters
        self.logarithm = logarithm
    }

    /// librosa's conventions: zeros around the signal, Slaney's scale, filters of unit area, decibels with a range of 80.
    public static func librosa(rate: Int, size: Int = 2048, hop: Int = 512, bands: Int = 128) -> LogMel {
        LogMel(
            ShortTimeFourier(size: size, hop: hop, padding: .zeros), MelFilters(bands: bands, rate: rate, size: size), .decibels(range: 80))
    }

    /// torchaudio's conventions: reflection, the HTK scale, filters whose top is 1, decibels with a range of 80.
    public static func torchaudio(rate: Int, size: Int = 400, hop: Int = 200, bands: Int = 128) -> LogMel {
        LogMel(
            ShortTimeFourier(size: size, hop: hop, padding: .reflect),
            MelFilters(bands: bands, rate: rate, size: size, scale: .htk, hasUnitArea: false), .decibels(range: 80))
    }

    public var bands: Int { filters.bands }

    /// The spectrogram of a signal of one channel.
    public func callAsFunction(_ signal: [Float]) throws -> HostArray {
        let power = try transform.power(signal)
        var result = HostArray(TensorType([power.count, bands], .f32))
        power.withElements(of: Float.self) { power in
            result.withMutableElements(of: Float.self) { result in
                filters.apply(power, frames: result.count / bands, into: result)
                switch logarithm {
                case .natural(let floor): for place in result.indices { result[place] = log(max(result[place], floor)) }
                case .naturalPlus(let offset): for place in result.indices { result[place] = log(result[place] + offset) }
                case .decibels(let range):
                    for place in result.indices { result[place] = 10 * log10(max(result[place], 1e-10)) }
                    guard let range, let loudest = result.max() else { return }
                    for place in result.indices { result[place] = max(result[place], loudest - range) }
                }
            }
        }
        return result
    }
}
