using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Numerics;
using Messaging.Buffers;
using Microsoft.Extensions.Options;
using static Messaging.Serialization.LossSamples;

namespace Messaging.Serialization;

/// <summary>What is sent arrives whole, or it is refused.</summary>
public sealed class JsonLossTests
{
    [Fact]
    public void Value_tuples_arrive_whole()
    {
        Assert.Equal((1, "a"), RoundTrip((1, "a")));
        Assert.Equal((1, 2, 3, 4, 5, 6, 7, 8, "nine"), RoundTrip((1, 2, 3, 4, 5, 6, 7, 8, "nine")));
        Assert.Equal([(1, "a"), (2, "b")], RoundTrip(new List<(int, string)> { (1, "a"), (2, "b") }));
        Assert.Equal((1, (2, "b")), RoundTrip<(int, (int, string)?)>((1, (2, "b"))));
        Assert.Equal((3, 4), RoundTrip(new Dictionary<string, (int, int)>(StringComparer.Ordinal) { ["x"] = (3, 4) })["x"]);
        Assert.Equal(new Page<(string, int)>([("a", 1)]).Items, RoundTrip(new Page<(string, int)>([("a", 1)])).Items);
        Assert.Equal(Tuple.Create(1, "a"), RoundTrip(Tuple.Create(1, "a")));
    }

    [Fact]
    public void Fields_arrive_whole()
    {
        Assert.Equal(("a", 2), RoundTrip(new Fields { Name = "a", Count = 2 }) is { } fields ? (fields.Name, fields.Count) : default);
        Assert.Equal("b", RoundTrip(new RecordWithField("a") { More = "b" }).More);
        Assert.Equal(new Vector3(1, 2, 3), RoundTrip(new Vector3(1, 2, 3)));
        Assert.Equal(7, RoundTrip(new Hidden(7)).Number);
    }

    [Fact]
    public void Fields_arrive_whole_with_generated_metadata_too()
    {
        var options = new JsonPayloadOptions();
        options.SerializerOptions.TypeInfoResolverChain.Add(LossJson.Default);
        var serializer = new JsonPayloadSerializer(Options.Create(options));

        Assert.Equal((1, "a"), RoundTrip((1, "a"), serializer));
        Assert.Equal("a", RoundTrip(new GeneratedFields { Name = "a" }, serializer).Name);
        Assert.Equal(("a", 2), RoundTrip(new GeneratedProperties("a") { Count = 2 }, serializer) is { } read ? (read.Name, read.Count) : default);
        Assert.Throws<InvalidOperationException>(() => serializer.GetCodec<GeneratedLoss>());
    }

    [Fact]
    public void The_schema_shows_the_fields()
    {
        var schema = Serializer().Describe<Fields>().JsonSchema!.AsObject();

        Assert.NotNull(schema["properties"]!["name"]);
        Assert.NotNull(schema["properties"]!["count"]);
    }

    [Fact]
    public void Collections_without_a_setter_are_filled()
    {
        var basket = new Basket { Lines = { "a" }, Prices = { ["a"] = 1 }, Tags = { "x" } };

        var read = RoundTrip(basket);

        Assert.Equal(["a"], read.Lines);
        Assert.Equal(1, read.Prices["a"]);
        Assert.Equal(["x"], read.Tags);
    }

    [Fact]
    public void A_property_that_is_computed_is_computed_there_too() =>
        Assert.Equal(6, RoundTrip(new Computed(2, 3)).Product);

    [Fact]
    public void What_says_that_it_need_not_travel_does_not() => Assert.Equal(0, RoundTrip(new Said { Kept = 1 }).Left);

    [Theory]
    [InlineData(typeof(NoSetter), "Text")]
    [InlineData(typeof(PrivateSetter), "Text")]
    [InlineData(typeof(ReadOnlyField), "Text")]
    [InlineData(typeof(Money), "Amount")]
    [InlineData(typeof(RecordWithCollection), "Lines")]
    [InlineData(typeof(ArrayWithoutSetter), "Lines")]
    [InlineData(typeof(List<NoSetter>), "Text")]
    [InlineData(typeof(Dictionary<string, NoSetter>), "Text")]
    [InlineData(typeof(Page<NoSetter>), "Text")]
    [InlineData(typeof(Money?), "Amount")]
    [InlineData(typeof((int, Money)), "Amount")]
    [InlineData(typeof(Circle<Money>), "Amount")]
    [InlineData(typeof(BigInteger), "BigInteger")]
    [InlineData(typeof(Complex), "Complex")]
    [InlineData(typeof(Range), "Range")]
    [InlineData(typeof(Total), "Sum")]
    [InlineData(typeof(Stack<int>), "reverse")]
    [InlineData(typeof(ConcurrentStack<int>), "reverse")]
    [InlineData(typeof(ImmutableStack<int>), "reverse")]
    [InlineData(typeof(Undiscriminated), "discriminator")]
    public void A_type_that_loses_data_stops_the_start(Type type, string named)
    {
        var failure = Assert.Throws<InvalidOperationException>(() => Codec(type, Serializer()));

        Assert.Contains("loses data", failure.Message, StringComparison.Ordinal);
        Assert.Contains(named, failure.Message, StringComparison.OrdinalIgnoreCase);
        Codec(type, Serializer(allowLoss: true));
    }

    [Fact]
    public void A_derived_value_that_would_be_cut_is_refused()
    {
        var failure = Assert.Throws<UnfitPayloadException>(() => RoundTrip<Animal>(new Dog { Name = "Rex", Tricks = 3 }));

        Assert.Contains("'tricks'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("[JsonDerivedType(typeof(Dog)", failure.Message, StringComparison.Ordinal);
        Assert.Throws<UnfitPayloadException>(() => RoundTrip(new List<Animal> { new Dog { Name = "Rex" } }));
        Assert.Throws<UnfitPayloadException>(() => RoundTrip(new Page<Animal>([new Dog { Name = "Rex" }])));
        Assert.Throws<UnfitPayloadException>(() => RoundTrip<INamed>(new Dog { Name = "Rex" }));
        Assert.Throws<UnfitPayloadException>(() => RoundTrip<AbstractShape>(new Square { Side = 1 }));
    }

    [Fact]
    public void A_derived_value_that_adds_nothing_or_is_declared_arrives()
    {
        Assert.Equal("Rex", RoundTrip<Animal>(new Proxy { Name = "Rex" }).Name);
        Assert.Equal(3, Assert.IsType<Cat>(RoundTrip<Pet>(new Cat { Lives = 3 })).Lives);
        Assert.Equal(3, Assert.IsType<Cat>(RoundTrip(new List<Pet> { new Cat { Lives = 3 } })[0]).Lives);
    }

    [Fact]
    public void Derived_values_are_cut_where_that_is_allowed() =>
        Assert.Equal("Rex", RoundTrip<Animal>(new Dog { Name = "Rex", Tricks = 3 }, Serializer(allowLoss: true)).Name);

    private static JsonPayloadSerializer Serializer(bool allowLoss = false) => new(Options.Create(new JsonPayloadOptions { AllowLoss = allowLoss }));

    private static object? Codec(Type type, JsonPayloadSerializer serializer)
    {
        try
        {
            return typeof(JsonPayloadSerializer).GetMethod(nameof(JsonPayloadSerializer.GetCodec))!.MakeGenericMethod(type).Invoke(serializer, null);
        }
        catch (System.Reflection.TargetInvocationException exception)
        {
            throw exception.InnerException!;
        }
    }

    private static T RoundTrip<T>(T value, JsonPayloadSerializer? serializer = null)
    {
        var codec = (serializer ?? Serializer()).GetCodec<T>();
        var buffer = PooledBuffer.Rent(100_000);
        try
        {
            codec.Encode(value, buffer);
            return codec.Decode(buffer.Written.Span);
        }
        finally
        {
            buffer.Return();
        }
    }
}
