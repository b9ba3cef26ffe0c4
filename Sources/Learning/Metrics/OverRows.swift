/// A metric of single numbers, taken over samples that are rows of them, such as forecasts of many steps.
///
/// The value is that over all elements; the bootstrap draws whole rows, because the elements of a row are not independent.
public struct OverRows<Element: SumMetric>: SumMetric {
    public typealias Prediction = [Element.Prediction]
    public typealias Target = [Element.Target]

    public let element: Element
    public var name: String { element.name }
    public var higherIsBetter: Bool { element.higherIsBetter }
    public var undefined: String { element.undefined }

    public init(_ element: Element) { self.element = element }

    public func add(_ prediction: [Element.Prediction], _ target: [Element.Target], to sums: inout SampleSums) throws {
        guard prediction.count == target.count else {
            throw LearningError(name, "a row of \(prediction.count) predictions for one of \(target.count) targets")
        }
        for index in target.indices { try element.add(prediction[index], target[index], to: &sums) }
    }

    public func value(of sums: [Double]) -> Double { element.value(of: sums) }
}
