/// What the entities of a stream have seen: flat words for each, of which a limited number is remembered.
///
/// Where one more appears than the limit allows, the one whose last event is longest ago gives its place.
struct EntityTable: Sendable {
    let limit: Int
    /// Words of state, and of the rings of the last rows, that each entity has.
    let stateWords: Int
    let windowWords: Int

    /// All entities' words, by their places.
    var states: [UInt64] = []
    var windows: [UInt32] = []
    private(set) var evicted: Int
    private(set) var keys: [String] = []
    /// The place of the entity whose last event is longest ago; -1 where there is none.
    private(set) var oldest = -1
    private var newest = -1
    /// The neighbours by the time of the last event, -1 at the ends.
    private var older: [Int] = []
    private var newer: [Int] = []
    private var places: [String: Int] = [:]

    init(limit: Int, stateWords: Int, windowWords: Int, evicted: Int = 0) {
        self.limit = limit
        self.stateWords = stateWords
        self.windowWords = windowWords
        self.evicted = evicted
    }

    var count: Int { keys.count }
    func place(of key: String) -> Int? { places[key] }
    /// The next one by the time of the last event; -1 behind the last.
    func next(after place: Int) -> Int { newer[place] }

    func state(_ place: Int) -> ArraySlice<UInt64> { states[place * stateWords..<(place + 1) * stateWords] }
    func window(_ place: Int) -> ArraySlice<UInt32> { windows[place * windowWords..<(place + 1) * windowWords] }

    /// Makes an entity the latest.
    @inline(__always)
    mutating func touch(_ place: Int) {
        if place == newest { return }
        unlink(place)
        link(place)
    }

    /// A place for a new entity, whose words are zero.
    mutating func admit(_ key: String) -> Int {
        var place = count
        if place < limit {
            keys.append(key)
            states.append(contentsOf: repeatElement(0, count: stateWords))
            windows.append(contentsOf: repeatElement(0, count: windowWords))
            older.append(-1)
            newer.append(-1)
        } else {
            place = oldest
            unlink(place)
            places[keys[place]] = nil
            evicted += 1
            keys[place] = key
            for word in place * stateWords..<(place + 1) * stateWords { states[word] = 0 }
            for word in place * windowWords..<(place + 1) * windowWords { windows[word] = 0 }
        }
        places[key] = place
        link(place)
        return place
    }

    /// Puts an entity with its words behind the latest.
    mutating func append(_ key: String, state: [UInt64], window: [UInt32]) {
        let place = admit(key)
        states.replaceSubrange(place * stateWords..<(place + 1) * stateWords, with: state)
        windows.replaceSubrange(place * windowWords..<(place + 1) * windowWords, with: window)
    }

    private mutating func unlink(_ place: Int) {
        let before = older[place], after = newer[place]
        if before >= 0 { newer[before] = after } else { oldest = after }
        if after >= 0 { older[after] = before } else { newest = before }
    }

    private mutating func link(_ place: Int) {
        older[place] = newest
        newer[place] = -1
        if newest >= 0 { newer[newest] = place } else { oldest = place }
        newest = place
    }
}
