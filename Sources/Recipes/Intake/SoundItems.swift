import Datasets
import Formats

extension NamedItems {
    /// Sounds: a folder of WAV, FLAC, Ogg and AIFF files, also in folders within, or one such file.
    static func sounds(_ path: String, _ prepare: SoundPreparation, batch: Int) throws -> NamedItems {
        let voice = prepare.voice()
        guard Files.isFolder(path) else {
            return NamedItems([Entry(name: Files.name(of: path)) { try prepare(Sound(path), voice) }], batch: batch)
        }
        let (files, others) = try FolderFiles.all(in: path, ending: [".wav", ".flac", ".ogg", ".aiff", ".aif"])
        guard !files.isEmpty else { throw RecipeError("run", "holds no .wav, .flac, .ogg or .aiff file", at: path) }
        let remarks = others > 0 ? ["\(others) files in '\(path)' are no sound by their names and were left out"] : []
        return NamedItems(
            files.map { file in Entry(name: file.name) { try prepare(Sound(file.path), voice) } }, batch: batch, remarks: remarks)
    }
}
