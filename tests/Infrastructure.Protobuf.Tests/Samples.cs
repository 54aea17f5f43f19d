using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Messaging.Protobuf.Shop;

namespace Messaging.Protobuf;

internal static class Samples
{
    public static TypeRegistry Registry { get; } = TypeRegistry.FromFiles(ShopReflection.Descriptor);

    /// <summary>Every field set, with numbers at their edges and text beyond the Basic Multilingual Plane.</summary>
    public static Everything Everything() => new()
    {
        ADouble = double.NaN,
        AFloat = float.NegativeInfinity,
        AnInt32 = int.MinValue,
        AnInt64 = long.MinValue,
        AUint32 = uint.MaxValue,
        AUint64 = ulong.MaxValue,
        ASint32 = -1,
        ASint64 = -1,
        AFixed32 = 1,
        AFixed64 = 1,
        ASfixed32 = -1,
        ASfixed64 = -1,
        ABool = true,
        AString = "Grüße 👋 " + new string('ä', 3000),
        SomeBytes = ByteString.CopyFrom([0, 255]),
        Colour = Colour.Red,
        Part = new Part { Name = "root", Parts = { new Part { Name = "leaf" } } },
        Parts = { new Part { Name = "a" }, new Part() },
        Numbers = { 1, -1 },
        PartsByName = { ["x"] = new Part { Name = "x" } },
        Names = { [1] = "one" },
        Maybe = string.Empty,
        Nested = new Everything { Text = "inner" },
        At = Timestamp.FromDateTime(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc)),
        Takes = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1500)),
        Wrapped = "wrapped",
        Fields = new Struct { Fields = { ["k"] = Value.ForNumber(1) } },
        Value = Value.ForList(Value.ForBool(true), Value.ForString("s")),
        Any = Any.Pack(new Number { Value = 3 }),
        Inner = new Everything.Types.Inner { Depth = 9 },
    };
}
