namespace Messaging;

/// <summary>
/// How large bodies are compressed across the broker. Whoever receives a compressed body reads it whatever is set here.
/// A worker compresses replies only for requesters that said they read it, which those do that have an algorithm set.
/// </summary>
public sealed class CompressionOptions
{
    /// <summary>How bodies are compressed. Default: <see cref="CompressionAlgorithm.None"/>.</summary>
    public CompressionAlgorithm Algorithm { get; set; }

    /// <summary>
    /// How large a body has to be, in bytes, to be compressed. One that compressing doesn't make smaller is sent as it
    /// is. From 0 to 2,147,483,647. Default: 16,384.
    /// </summary>
    public int ThresholdBytes { get; set; } = 16 * 1024;

    internal IEnumerable<string> Validate(string section)
    {
        if (!Enum.IsDefined(Algorithm))
        {
            yield return $"{section}: Algorithm is {Algorithm}; set it to None, Gzip or Brotli.";
        }

        if (ThresholdBytes < 0)
        {
            yield return $"{section}: ThresholdBytes is {ThresholdBytes}; set it to zero or more.";
        }
    }
}

/// <summary>How bodies are compressed.</summary>
public enum CompressionAlgorithm
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>gzip, the <c>content-encoding</c> that everything reads.</summary>
    Gzip = 1,

    /// <summary>Brotli, the <c>content-encoding</c> <c>br</c>: smaller than gzip.</summary>
    Brotli = 2,
}
