using System.Globalization;
using System.Text;

namespace Messaging.Wire;

/// <summary>Reads header values whatever type a stranger gave them.</summary>
internal static class HeaderValues
{
    /// <summary>A whole number, from any AMQP integer type or its decimal digits.</summary>
    public static bool TryGetInt64(object? value, out long number)
    {
        switch (value)
        {
            case long int64: number = int64; return true;
            case int int32: number = int32; return true;
            case short int16: number = int16; return true;
            case byte uint8: number = uint8; return true;
            case sbyte int8: number = int8; return true;
            case ushort uint16: number = uint16; return true;
            case uint uint32: number = uint32; return true;
            default:
                number = 0;
                return TryGetText(value) is { } text
                    && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
        }
    }

    /// <summary>A text: a string, or bytes that are UTF-8. Null for any other type.</summary>
    public static string? TryGetText(object? value) => value switch
    {
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        _ => null,
    };

    /// <summary>The text of a scalar. Null for tables, lists and what else can't be a header of a user's.</summary>
    public static string? TryFormat(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        string or byte[] => TryGetText(value),
        IFormattable number and (long or int or short or byte or sbyte or ushort or uint or double or float or decimal)
            => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    public static bool IsTrue(object? value) =>
        value is true || string.Equals(TryGetText(value), "true", StringComparison.OrdinalIgnoreCase);
}
