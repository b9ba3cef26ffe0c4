import CKernels

/// The sizes of one pooling, or of a shard of it.
struct PoolingCall: Sendable {
    let window: [Int]
    let windows: Windows
    let adaptive: [Int]?
    /// [batch, spatial…, channels] before and after.
    let x: Shape, y: Shape

    init(_ pool: MaxPool, _ x: Shape, _ y: Shape) {
        (window, windows, adaptive, self.x, self.y) = (pool.window, pool.windows, pool.adaptive, x, y)
    }

    init(_ pool: AveragePool, _ x: Shape, _ y: Shape) {
        (window, windows, adaptive, self.x, self.y) = (pool.window, pool.windows, nil, x, y)
    }

    var walk: WindowWalk {
        guard let adaptive else { return WindowWalk(batch: x[0], source: x.spatial, results: y.spatial, window: window, windows) }
        return WindowWalk(batch: x[0], source: x.spatial, results: adaptive, window: window) { axis, place in
            let (first, last) = Resample.cover(place, of: adaptive[axis], over: x[axis + 1])
            return (first..<last).map { ($0 - first, $0) }
        }
    }

    /// As the C kernels see it, for a number of images; nil for what they do not know.
    func inC(_ dtype: DType, counted: Bool = false, relu: Bool = false) -> mk_pool? {
        guard dtype == .f32 || dtype == .bf16, windows.rank <= 2, adaptive == nil, x.count > 0, y.count > 0 else { return nil }
        let flat = windows.rank == 1
        return mk_pool(
            batch: x[0], height: flat ? 1 : x[1], width: x[-2], channels: x[-1], out_height: flat ? 1 : y[1], out_width: y[-2],
            kernel_height: flat ? 1 : window[0], kernel_width: window.last!, stride_height: flat ? 1 : windows.strides[0],
            stride_width: windows.strides.last!,
            dilation_height: flat ? 1 : windows.dilations[0], dilation_width: windows.dilations.last!,
            pad_top: flat ? 0 : windows.before[0], pad_left: windows.before.last!, pad_bottom: flat ? 0 : windows.after[0],
            pad_right: windows.after.last!,
            count_include_pad: counted ? 1 : 0, relu: relu ? 1 : 0)
    }

    /// A kernel that runs `body` on some images in every piece, with the offsets, in elements, of these images in x and y.
    func kernel(
        _ pool: mk_pool, _ label: String, scratchBytes: Int = 0,
        _ body: @escaping (_ pool: inout mk_pool, _ x: Int, _ y: Int, _ scratch: UnsafeMutableRawPointer) -> Void
    ) -> Kernel {
        let images = x[0], pieces = min(images, Binder.pieces(x.count))
        let (each, made) = (x.count / images, y.count / images)
        return Kernel(pieces: pieces, scratchBytes: scratchBytes, label: label) { piece, scratch in
            let range = Binder.range(images, piece, of: pieces)
            if range.isEmpty { return }
            var part = pool
            part.batch = range.count
            body(&part, range.lowerBound * each, range.lowerBound * made, scratch)
        }
    }

    /// As `kernel`; a single image is cut between rows of its result.
    func forward(_ pool: mk_pool, _ label: String, _ body: @escaping (_ pool: inout mk_pool, _ x: Int, _ y: Int) -> Void) -> Kernel {
        let pieces = min(y[1], Binder.pieces(x.count, each: 1 << 17))
        guard x[0] == 1, windows.rank == 2, pieces > 1, windows.after[0] < window[0] * windows.dilations[0] else {
            return kernel(pool, label) { pool, x, y, _ in body(&pool, x, y) }
        }
        let (lineX, lineY) = (x.strides[1], y.strides[1])
        let call = self
        return Kernel(pieces: pieces, label: label) { piece, _ in
            let range = Binder.range(call.y[1], piece, of: pieces)
            if range.isEmpty { return }
            // The image's own windows but for the outermost axis: nothing is allocated here.
            let stride = pool.stride_height, first = range.lowerBound * stride - pool.pad_top
            let last = (range.upperBound - 1) * stride - pool.pad_top + (pool.kernel_height - 1) * pool.dilation_height
            let start = min(max(first, 0), pool.height - 1), end = max(min(last, pool.height - 1), start)
            var part = pool
            part.height = end - start + 1
            part.out_height = range.count
            part.pad_top = start - first
            part.pad_bottom = max(0, last - end)
            body(&part, start * lineX, range.lowerBound * lineY)
        }
    }

    /// What a mean divides by, for every window.
    func divisors(counted: Bool) -> [Int] {
        let walk = walk
        let axes = (0..<windows.rank).map { axis in
            (0..<y[axis + 1]).map { place -> Int in
                let hits = walk.hits[axis + 3 - windows.rank][place].count
                guard counted else { return hits }
                // Padding counts, but not what lies beyond it.
                let first = place * windows.strides[axis] - windows.before[axis]
                return (0..<window[axis]).count { first + $0 * windows.dilations[axis] < x[axis + 1] + windows.after[axis] }
            }
        }
        return axes.reduce([1]) { all, axis in all.flatMap { known in axis.map { known * $0 } } }
    }
}

extension MaxPool {
    func bind(_ binder: Binder) throws -> Kernel {
        let (x, y) = (binder.operands[0], binder.results[0])
        let call = PoolingCall(self, x.shape, y.shape)
        guard let pool = call.inC(x.dtype) else { return try portable(x.dtype, binder) }
        let isNarrow = x.dtype == .bf16
        return call.forward(pool, "pool.max") { pool, from, to in
            if isNarrow {
                mk_max_pool_bf16(&pool, x.pointer(as: UInt16.self) + from, y.pointer(as: UInt16.self) + to)
            } else {
                mk_max_pool_f32(&pool, x.floats + from, y.floats + to)
            }
        }
    }

    func portable<T: Compute>(_: T.Type, _ binder: Binder) throws -> Kernel {
        let x = binder.read(0, T.self), y = binder.write(0, T.self)
        let walk = PoolingCall(self, x.shape, y.shape).walk, channels = x.shape[-1]
        return binder.portable([x], [y]) {
            for place in 0..<y.count { y[place] = .lowest }
            walk.forEach { result, pixel, _ in
                let source = x.pointer + pixel * channels, target = y.pointer + result * channels
                for c in 0..<channels where source[c] > target[c] || source[c].isNaN { target[c] = source[c] }
            }
        }
    }
}

extension MaxPoolGradient {
    func bind(_ binder: Binder) throws -> Kernel {
        let (x, y, g, target) = (binder.operands[0], binder.operands[1], binder.operands[2], binder.results[0])
        let call = PoolingCall(pool, x.shape, y.shape)
        // The C kernel numbers the taps of a window in sixteen bits.
        guard var pool = call.inC(x.dtype, relu: isMasked), pool.kernel_height * pool.kernel_width < 0xffff else {
            return try portable(x.dtype, binder)
        }
        let isNarrow = x.dtype == .bf16
        return call.kernel(pool, "pool.max.gradient", scratchBytes: mk_max_pool_backward_scratch(&pool)) { pool, to, from, scratch in
            if isNarrow {
                mk_max_pool_backward_bf16(
                    &pool, x.pointer(as: UInt16.self) + to, y.pointer(as: UInt16.self) + from, g.pointer(as: UInt16.self) + from,
                    target.pointer(as: UInt16.self) + to,
                    scratch)
            } else {
                mk_max_pool_backward_f32(&pool, x.floats + to, y.floats + from, g.floats + from, target.floats + to, scratch)
            }
        }
    }

    func portable<T: Compute>(_: T.Type, _ binder: Binder) throws -> Kernel {
        let x = binder.read(0, T.self), y = binder.read(1, T.self), g = binder.read(2, T.self), target = binder.write(0, T.self)
        let isMasked = isMasked
        let walk = PoolingCall(pool, x.shape, y.shape).walk, channels = x.shape[-1]
        // Windows that have found their maximum.
        let taken = UnsafeFlags(y.count)
        return binder.portable([x, y, g], [target]) {
            taken.clear()
            for place in 0..<target.count { target[place] = .zero }
            walk.forEach { result, pixel, _ in
                for c in 0..<channels {
                    let from = result * channels + c, to = pixel * channels + c
                    guard !taken[from], x[to] == y[from] || x[to].isNaN && y[from].isNaN else { continue }
                    taken[from] = true
                    target[to] += g[from]
                }
            }
            if isMasked { for place in 0..<target.count where !(x[place] > .zero) { target[place] = .zero } }
        }
    }
}

extension MaxPoolSelect {
    func portable<T: Compute>(_: T.Type, _ binder: Binder) throws -> Kernel {
        let x = binder.read(0, T.self), y = binder.read(1, T.self), other = binder.read(2, T.self), target = binder.write(0, T.self)
        let walk = PoolingCall(pool, x.shape, y.shape).walk, channels = x.shape[-1]
        let taken = UnsafeFlags(y.count)
        return binder.portable([x, y, other], [target]) {
            taken.clear()
            for place in 0..<target.count { target[place] = .zero }
            walk.forEach { result, pixel, _ in
                for c in 0..<channels {
                    let from = result * channels + c, to = pixel * channels + c
                    guard !taken[from], x[to] == y[from] || x[to].isNaN && y[from].isNaN else { continue }
                    taken[from] = true
                    target[from] = other[to]
                }
            }
        }
    }
}

/// One flag for every window, kept by a kernel.
private struct UnsafeFlags: @unchecked Sendable {
    // @unchecked Sendable: only the kernel that owns it touches it.
    private let buffer: Buffer
    init(_ count: Int) { buffer = Buffer(bytes: count) }
    func clear() { buffer.pointer.initializeMemory(as: Bool.self, repeating: false, count: buffer.bytes) }
    subscript(index: Int) -> Bool {
        get { buffer.pointer.assumingMemoryBound(to: Bool.self)[index] }
        nonmutating set { buffer.pointer.assumingMemoryBound(to: Bool.self)[index] = newValue }
    }
}

extension AveragePool {
    func bind(_ binder: Binder) throws -> Kernel {
        let (x, y) = (binder.operands[0], binder.results[0])
        let call = PoolingCall(self, x.shape, y.shape)
        guard let pool = call.inC(x.dtype, counted: paddingCounts) else { return try portable(x.dtype, binder) }
        let isNarrow = x.dtype == .bf16
        return call.forward(pool, "pool.average") { pool, from, to in
            if isNarrow {
                mk_average_pool_bf16(&pool, x.pointer(as: UInt16.self) + from, y.pointer(as: UInt16.self) + to)
            } else {
                mk_average_pool_f32(&pool, x.floats + from, y.floats + to)
            }
        }
    }

    func portable<T: Compute>(_: T.Type, _ binder: Binder) throws -> Kernel {
        let x = binder.read(0, T.self), y = binder.write(0, T.self)
        let call = PoolingCall(self, x.shape, y.shape)
        let walk = call.walk, channels = x.shape[-1], divisors = call.divisors(counted: paddingCounts).map { T(wrapping: max(1, $0)) }
        return binder.portable([x], [y]) {
            for place in 0..<y.count { y[place] = .zero }
            walk.forEach { result, pixel, _ in
                let source = x.pointer + pixel * channels, target = y.pointer + result * channels
                for c in 0..<channels { target[c] += source[c] }
            }
            for place in 0..<y.count { y[place] = y[place] / divisors[place / channels % divisors.count] }
        }
    }
}

extension AveragePoolGradient {
    func bind(_ binder: Binder) throws -> Kernel {
        let (g, x) = (binder.operands[0], binder.results[0])
        let call = PoolingCall(pool, x.shape, g.shape)
        guard let native = call.inC(x.dtype, counted: pool.paddingCounts) else { return try portable(x.dtype, binder) }
        let isNarrow = x.dtype == .bf16
        return call.kernel(native, "pool.average.gradient") { pool, to, from, _ in
            if isNarrow {
                mk_average_pool_backward_bf16(&pool, g.pointer(as: UInt16.self) + from, x.pointer(as: UInt16.self) + to)
            } else {
                mk_average_pool_backward_f32(&pool, g.floats + from, x.floats + to)
            }
        }
    }

    func portable<T: Compute>(_: T.Type, _ binder: Binder) throws -> Kernel {
        let g = binder.read(0, T.self), x = binder.write(0, T.self)
        let call = PoolingCall(pool, x.shape, g.shape)
        let walk = call.walk, channels = x.shape[-1], divisors = call.divisors(counted: pool.paddingCounts).map { T(wrapping: max(1, $0)) }
        return binder.portable([g], [x]) {
            for place in 0..<x.count { x[place] = .zero }
            walk.forEach { result, pixel, _ in
                let source = g.pointer + result * channels, target = x.pointer + pixel * channels
                let divisor = divisors[result % divisors.count]
                for c in 0..<channels { target[c] += source[c] / divisor }
            }
        }
    }
}
