using System.IO.Pipelines;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Messaging.Http;

namespace Messaging.Gateway.Tests.Http;

public sealed class NdjsonReaderTests
{
    private const int MaxBytes = 40;

    // Line ends, blanks and marks far more often than chance would have them.
    private static readonly Gen<byte[]> _body =
        from length in Gen.Choose(0, 200)
        from bytes in Gen.Frequency(
            (6, Gen.Choose(0, 255).Select(static number => (byte)number)),
            (2, Gen.Constant((byte)'\n')),
            (1, Gen.Elements((byte)'\r', (byte)' ', (byte)'\t', (byte)0xEF, (byte)0xBB, (byte)0xBF))).ArrayOf(length)
        select bytes;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task However_a_body_comes_its_lines_are_the_same()
    {
        foreach (var body in _body.Sample(300))
        {
            var expected = Split(body);
            foreach (var crumb in new[] { 1, 2, 7, 300 })
            {
                Assert.Equal(expected, await ReadAllAsync(body, crumb));
            }
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData(MaxBytes, "\n", true)]
    [InlineData(MaxBytes, "", true)]
    [InlineData(MaxBytes + 1, "\n", false)]
    [InlineData(MaxBytes + 1, "", false)]
    public async Task A_line_has_a_limit(int length, string end, bool fits)
    {
        var body = Encoding.UTF8.GetBytes(new string('x', length) + end);

        Assert.Equal(fits ? [new string('x', length)] : null, await ReadAllAsync(body, 7));
    }

    // What the reader must find, said in another way; null where a line is too long.
    private static List<string>? Split(byte[] body)
    {
        var lines = new List<string>();
        var isFirst = true;
        foreach (var raw in Encoding.Latin1.GetString(body).Split('\n'))
        {
            if (raw.Length > MaxBytes)
            {
                return null;
            }

            var line = isFirst && raw.StartsWith("\u00EF\u00BB\u00BF", StringComparison.Ordinal) ? raw[3..] : raw;
            isFirst = false;
            line = line.Trim(' ', '\t', '\r');
            if (line.Length > 0)
            {
                lines.Add(line);
            }
        }

        return lines;
    }

    private static async Task<List<string>?> ReadAllAsync(byte[] body, int crumb)
    {
        var pipe = new Pipe();
        var writing = WriteAsync(pipe.Writer, body, crumb);
        var reader = new NdjsonReader(pipe.Reader, MaxBytes);
        var lines = new List<string>();
        try
        {
            while (await reader.ReadAsync(Ct) is { } line)
            {
                lines.Add(Encoding.Latin1.GetString(line.Span));
            }
        }
        catch (HttpRefusedException refused)
        {
            Assert.Equal(413, refused.HttpStatus);
            lines = null;
        }

        await pipe.Reader.CompleteAsync();
        await writing;
        return lines;
    }

    private static async Task WriteAsync(PipeWriter writer, byte[] body, int crumb)
    {
        for (var at = 0; at < body.Length; at += crumb)
        {
            await writer.WriteAsync(body.AsMemory(at, Math.Min(crumb, body.Length - at)), Ct);
            await Task.Yield();
        }

        await writer.CompleteAsync();
    }
}
