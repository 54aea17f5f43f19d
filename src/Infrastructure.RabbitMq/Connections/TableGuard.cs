using System.Numerics;

namespace Messaging.RabbitMq;

/// <summary>
/// Follows the table in a frame's payload, piece by piece as it arrives, and mends what the client library can't stand.
/// It reads tables by recursion without a bound, and a frame holds enough levels to overflow the stack, which ends the
/// process: a table or a list that would open one level too many is made a byte array, which has the same layout. It
/// gives up the connection over a decimal with more places than .NET's have: such a one is given as many as they can.
/// </summary>
internal sealed class TableGuard
{
    /// <summary>How many levels are let through, the outermost table counted.</summary>
    public const int MaxDepth = 32;

    private const byte MaxDecimalPlaces = 28;

    // Class, weight and body size stand before the flags of a content header.
    private const int BeforeFlags = 12;
    private const byte HeadersFlag = 0x20;
    private const byte ShortStringFlags = 0xC0;

    // The one method by which a broker sends a table, its properties, behind two bytes of version.
    private const uint ConnectionStart = 0x000A_000A;
    private const int VersionBytes = 2;

    private readonly long[] _ends = new long[MaxDepth];
    private uint _tables;
    private int _depth;
    private bool _opensTable;
    private Step _next;
    private long _at;
    private long _skip;
    private int _strings;
    private uint _number;
    private int _numberBytes;

    private enum Step
    {
        Flags,
        ShortString,
        Method,
        Key,
        Type,
        NestedLength,
        BytesLength,
        DecimalPlaces,
        Done,
    }

    /// <summary>The next piece is the beginning of a content header frame's payload.</summary>
    public void BeginContentHeader() => Begin(Step.Flags, BeforeFlags);

    /// <summary>The next piece is the beginning of a method frame's payload.</summary>
    public void BeginMethod() => Begin(Step.Method, skip: 0);

    /// <summary>Takes more of the payload and mends it in place. Whatever is malformed is left to the library, which refuses it.</summary>
    public void Pass(Span<byte> piece)
    {
        var at = 0;
        while (at < piece.Length && _next != Step.Done)
        {
            if (_skip > 0)
            {
                var skipped = (int)Math.Min(_skip, piece.Length - at);
                _skip -= skipped;
                _at += skipped;
                at += skipped;
                continue;
            }

            _at++;
            Take(ref piece[at++]);
        }
    }

    private void Begin(Step first, int skip)
    {
        _next = first;
        _skip = skip;
        _at = 0;
        _depth = 0;
        _numberBytes = 0;
    }

    private void Take(ref byte value)
    {
        switch (_next)
        {
            case Step.Flags:
                TakeFlags(value);
                break;
            case Step.ShortString:
                _skip = value;
                ExpectStringOrTable(_strings - 1);
                break;
            case Step.Key:
                _skip = value;
                _next = Step.Type;
                break;
            case Step.Type:
                TakeType(ref value);
                break;
            case Step.DecimalPlaces:
                value = Math.Min(value, MaxDecimalPlaces);
                _skip = sizeof(uint);
                GoOn();
                break;
            default:
                _number = (_number << 8) | value;
                if (++_numberBytes == sizeof(uint))
                {
                    _numberBytes = 0;
                    TakeNumber(_number);
                }

                break;
        }
    }

    private void TakeFlags(byte flags)
    {
        if ((flags & HeadersFlag) == 0)
        {
            _next = Step.Done;
            return;
        }

        // The second byte of the flags is of properties that come behind the table.
        _skip = 1;
        ExpectStringOrTable(BitOperations.PopCount((uint)(flags & ShortStringFlags)));
    }

    private void ExpectStringOrTable(int strings)
    {
        _strings = strings;
        _opensTable = true;
        _next = strings > 0 ? Step.ShortString : Step.NestedLength;
    }

    private void TakeType(ref byte type)
    {
        switch (type)
        {
            case (byte)'F' or (byte)'A' when _depth < MaxDepth:
                _opensTable = type == 'F';
                _next = Step.NestedLength;
                break;
            case (byte)'F' or (byte)'A':
                type = (byte)'x';
                _next = Step.BytesLength;
                break;
            case (byte)'S' or (byte)'x':
                _next = Step.BytesLength;
                break;
            case (byte)'D':
                _next = Step.DecimalPlaces;
                break;
            default:
                if (SizeOf(type) is { } size)
                {
                    _skip = size;
                    GoOn();
                }
                else
                {
                    // The library knows no other type either, and stops at it.
                    _next = Step.Done;
                }

                break;
        }
    }

    private void TakeNumber(uint number)
    {
        switch (_next)
        {
            case Step.NestedLength:
                Open(number);
                break;
            case Step.BytesLength:
                _skip = number;
                GoOn();
                break;
            default:
                _skip = VersionBytes;
                _opensTable = true;
                _next = number == ConnectionStart ? Step.NestedLength : Step.Done;
                break;
        }
    }

    private void Open(uint length)
    {
        var bit = 1u << _depth;
        _tables = _opensTable ? _tables | bit : _tables & ~bit;
        _ends[_depth++] = _at + length;
        GoOn();
    }

    // What contains a value ends with the first of its values that reaches its end, as the library sees it: a length
    // within another may be a lie.
    private void GoOn()
    {
        var at = _at + _skip;
        while (_depth > 0 && at >= _ends[_depth - 1])
        {
            _depth--;
        }

        _next = _depth == 0 ? Step.Done : (_tables & (1u << (_depth - 1))) != 0 ? Step.Key : Step.Type;
    }

    private static int? SizeOf(byte type) => type switch
    {
        (byte)'V' => 0,
        (byte)'t' or (byte)'b' or (byte)'B' => 1,
        (byte)'s' or (byte)'u' => 2,
        (byte)'I' or (byte)'i' or (byte)'f' => 4,
        (byte)'l' or (byte)'d' or (byte)'T' => 8,
        _ => null,
    };
}
