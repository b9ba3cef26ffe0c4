internal import Formats

extension TrainingReport {
    /// Writes `report.html` and `card.md` into a folder; each is replaced in one instant.
    public func write(to folder: String) throws {
        try Files.makeFolder(folder)
        try Files.replace(Files.join(folder, "report.html"), with: Array(html.utf8))
        try Files.replace(Files.join(folder, "card.md"), with: Array(card.utf8))
    }
}
