import Engine

extension SpokenDigits {
    /// Recordings as pictures: `spectrograms` f32[count, frames, bands, 1] and `labels` i32[count].
    ///
    /// - Parameter seconds: every recording is cut or followed by silence to this length.
    public static func samples(_ recordings: [Recording], by spectrogram: LogMel, seconds: Double = 1) throws -> Samples {
        guard let rate = recordings.first?.sound.rate else { throw DatasetError("spoken digits", "there are no recordings") }
        guard seconds > 0, seconds <= 3_600 else { throw DatasetError("spoken digits", "a length of \(seconds) s") }
        let values = Int((Double(rate) * seconds).rounded())
        let frames = spectrogram.transform.frames(of: values), bands = spectrogram.bands
        var pictures = HostArray(TensorType([recordings.count, frames, bands, 1], .f32))
        for (row, recording) in recordings.enumerated() {
            guard recording.sound.rate == rate else {
                throw DatasetError(
                    "spoken digits", "recordings at \(rate) and \(recording.sound.rate) Hz", at: "\(recording.speaker) \(recording.take)")
            }
            let picture = try spectrogram(recording.sound.fitted(to: values).values)
            picture.withBytes { source in
                pictures.withMutableBytes {
                    ($0.baseAddress! + row * source.count).copyMemory(from: source.baseAddress!, byteCount: source.count)
                }
            }
        }
        return Samples(
            ["spectrograms": pictures, "labels": HostArray(recordings.map { Int32($0.digit) }, [recordings.count])],
            classes: (0..<10).map(String.init))
    }
}
