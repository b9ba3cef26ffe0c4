extension ImagePlacement {
    /// Carries out a placement that puts pixels onto pixels, row by row; what comes from outside is `fill`.
    func move<Value>(
        _ source: UnsafeBufferPointer<Value>, to target: UnsafeMutableBufferPointer<Value>, channels: Int, fill: Value
    ) {
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        let map = fromCorner, isMirrored = map.a < 0
        let startX = Int(map.c.rounded()), startY = Int(map.f.rounded()), stepY = map.e < 0 ? -1 : 1
        // The new pixels of a row that come from inside: x + startX, or startX - x, has to lie within the width.
        let first = min(width, max(0, isMirrored ? startX - width + 1 : -startX))
        let end = max(first, min(width, isMirrored ? startX + 1 : width - startX))
        for y in 0..<height {
            let row = target + y * width * channels, fromY = startY + stepY * y
            guard first < end, fromY >= 0, fromY < height else {
                row.update(repeating: fill, count: width * channels)
                continue
            }
            row.update(repeating: fill, count: first * channels)
            (row + end * channels).update(repeating: fill, count: (width - end) * channels)
            let from = source + (fromY * width + (isMirrored ? startX - first : startX + first)) * channels
            let to = row + first * channels
            if !isMirrored {
                to.update(from: from, count: (end - first) * channels)
            } else if channels == 3 {
                // Extents known to the compiler take a third of the time.
                mirror(from, to, pixels: end - first, channels: 3)
            } else {
                mirror(from, to, pixels: end - first, channels: channels)
            }
        }
    }

    @inline(__always)
    private func mirror<Value>(_ source: UnsafePointer<Value>, _ target: UnsafeMutablePointer<Value>, pixels: Int, channels: Int) {
        for pixel in 0..<pixels {
            for channel in 0..<channels { target[pixel * channels + channel] = source[channel - pixel * channels] }
        }
    }
}
