using System.Text;
using System.Text.Json;
using Messaging.Cli.Output;

namespace Messaging.Cli.Calling;

/// <summary>Reads a request's body: the argument itself, <c>@file</c>, or <c>-</c> for the standard input.</summary>
internal static class BodyReader
{
    // Larger ones no transport takes.
    private const int MaxBytes = 128 * 1024 * 1024;

    /// <param name="argument">What the command line says; null for nothing, which is an empty JSON object.</param>
    /// <param name="isJson">Whether it has to be JSON.</param>
    /// <param name="input">The standard input.</param>
    /// <param name="cancellationToken">Stops waiting for the input.</param>
    /// <exception cref="CliException">There is no such file, it is too large, or it is no JSON.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(string? argument, bool isJson, Stream input, CancellationToken cancellationToken)
    {
        var (body, origin) = argument switch
        {
            null => (isJson ? "{}"u8.ToArray() : [], "the body"),
            "-" => (await ReadAllAsync(input, "the standard input", cancellationToken).ConfigureAwait(false), "the standard input"),
            _ when argument.StartsWith('@') => (await ReadFileAsync(argument[1..], cancellationToken).ConfigureAwait(false), argument[1..]),
            _ => (Encoding.UTF8.GetBytes(argument), "the body"),
        };
        ReadOnlyMemory<byte> bytes = body.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? body.AsMemory(Encoding.UTF8.Preamble.Length) : body;
        if (isJson)
        {
            Check(bytes, origin);
        }

        return bytes;
    }

    /// <summary>The lines of the input, one JSON value each, read as they are asked for.</summary>
    /// <exception cref="CliException">A line is no JSON, or too long.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLinesAsync(
        Stream input, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(input, leaveOpen: true);
        for (var number = 1; await reader.ReadLineAsync(cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false) is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            var item = Encoding.UTF8.GetBytes(line);
            Check(item, $"line {number} of the standard input");
            yield return item;
        }
    }

    private static void Check(ReadOnlyMemory<byte> body, string origin)
    {
        try
        {
            using var _ = JsonDocument.Parse(body);
        }
        catch (JsonException exception)
        {
            throw CliException.Usage($"{Capital(origin)} is no JSON: {exception.Message} Put it in quotes of the shell, e.g. '{{\"sku\":\"tea\"}}', or give @file, or - for the standard input.");
        }
    }

    private static async Task<byte[]> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            await using (file.ConfigureAwait(false))
            {
                return await ReadAllAsync(file, path, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw CliException.Usage($"The body can't be read from '{path}': {exception.Message}");
        }
    }

    private static async Task<byte[]> ReadAllAsync(Stream stream, string origin, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;

        // A terminal's read knows no cancellation.
        while ((read = await stream.ReadAsync(buffer, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false)) > 0)
        {
            all.Write(buffer, 0, read);
            if (all.Length > MaxBytes)
            {
                throw CliException.Usage($"{Capital(origin)} is larger than 128 MiB, which no message can be. Nothing was sent.");
            }
        }

        return all.ToArray();
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
