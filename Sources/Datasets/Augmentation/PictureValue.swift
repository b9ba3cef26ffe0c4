/// What a picture's values may be stored as.
protocol PictureValue {
    /// As augmentation computes with it.
    var number: Float { get }
    /// The nearest one there is.
    init(number: Float)
}

extension UInt8: PictureValue {
    var number: Float { Float(self) }
    init(number: Float) { self = UInt8(Swift.max(0, Swift.min(255, number)) + 0.5) }
}

extension Float: PictureValue {
    var number: Float { self }
    init(number: Float) { self = number }
}
