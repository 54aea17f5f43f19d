using System.Buffers;
using System.Text;

namespace Messaging.Protobuf;

/// <summary>Writes text as UTF-8 into a buffer, without a string of the whole.</summary>
internal sealed class Utf8TextWriter(IBufferWriter<byte> output) : TextWriter
{
    private const int Chars = 1024;

    private readonly Encoder _encoder = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetEncoder();
    private readonly char[] _chars = ArrayPool<char>.Shared.Rent(Chars);
    private int _length;

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value)
    {
        if (_length == _chars.Length)
        {
            Encode(_chars, flush: false);
            _length = 0;
        }

        _chars[_length++] = value;
    }

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (buffer.Length <= _chars.Length - _length)
        {
            buffer.CopyTo(_chars.AsSpan(_length));
            _length += buffer.Length;
            return;
        }

        Encode(_chars.AsSpan(0, _length), flush: false);
        _length = 0;
        Encode(buffer, flush: false);
    }

    public override void Flush()
    {
        Encode(_chars.AsSpan(0, _length), flush: true);
        _length = 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            ArrayPool<char>.Shared.Return(_chars);
        }

        base.Dispose(disposing);
    }

    private void Encode(ReadOnlySpan<char> chars, bool flush)
    {
        var completed = false;
        while (!completed)
        {
            _encoder.Convert(chars, output.GetSpan(Math.Min(chars.Length, Chars) + 4), flush, out var used, out var written, out completed);
            output.Advance(written);
            chars = chars[used..];
        }
    }
}
