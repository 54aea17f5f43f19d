namespace Messaging.RabbitMq;

/// <summary>
/// Follows the AMQP frames that come in, in pieces of any size, and has the tables in them looked at before the client
/// library reads them. All other payloads, those of messages above all, are stepped over by their length.
/// </summary>
internal sealed class IncomingFrames
{
    private const int HeadBytes = 7;
    private const byte MethodFrame = 1;
    private const byte ContentHeaderFrame = 2;

    private readonly TableGuard _tables = new();
    private ulong _head;
    private int _headBytes;
    private long _left;
    private bool _look;

    /// <summary>Takes what came in, and mends it in place where a table would do harm.</summary>
    public void Pass(Span<byte> incoming)
    {
        while (!incoming.IsEmpty)
        {
            if (_left == 0)
            {
                TakeHead(incoming[0]);
                incoming = incoming[1..];
                continue;
            }

            var taken = (int)Math.Min(_left, incoming.Length);
            if (_look)
            {
                // Without the byte that ends the frame.
                _tables.Pass(incoming[..(int)Math.Min(taken, _left - 1)]);
            }

            _left -= taken;
            incoming = incoming[taken..];
        }
    }

    // Type, channel and size.
    private void TakeHead(byte value)
    {
        _head = (_head << 8) | value;
        if (++_headBytes < HeadBytes)
        {
            return;
        }

        _headBytes = 0;
        var size = (uint)_head;
        _left = size + 1L;
        _look = false;
        var type = (byte)(_head >> 48);
        var channel = (ushort)(_head >> 32);
        if (type == ContentHeaderFrame)
        {
            _look = true;
            _tables.BeginContentHeader();
        }
        else if (type == MethodFrame && channel == 0)
        {
            _look = true;
            _tables.BeginMethod();
        }
    }
}
