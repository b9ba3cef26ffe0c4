/// The least of many first: a binary heap.
struct MinHeap<Element: Comparable & Sendable>: Sendable {
    private(set) var elements: [Element] = []

    var count: Int { elements.count }
    var first: Element? { elements.first }

    mutating func push(_ element: Element) {
        elements.append(element)
        var place = elements.count - 1
        while place > 0 {
            let parent = (place - 1) / 2
            if elements[parent] <= element { break }
            elements[place] = elements[parent]
            place = parent
        }
        elements[place] = element
    }

    mutating func pop() -> Element? {
        guard let least = elements.first, let moved = elements.popLast() else { return nil }
        if elements.isEmpty { return least }
        var place = 0
        while true {
            var child = 2 * place + 1
            if child >= elements.count { break }
            if child + 1 < elements.count, elements[child + 1] < elements[child] { child += 1 }
            if moved <= elements[child] { break }
            elements[place] = elements[child]
            place = child
        }
        elements[place] = moved
        return least
    }
}
