using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Messaging.Buffers;
using Microsoft.Extensions.Options;

namespace Messaging.Serialization;

/// <summary>Whatever the application sets on the serializer's options is done.</summary>
public sealed class JsonOptionsTests
{
    [Fact]
    public void The_encoder_says_what_is_escaped()
    {
        Assert.Equal("""{"text":"<\u00E9>"}""".Replace("<", "\\u003C", StringComparison.Ordinal).Replace(">", "\\u003E", StringComparison.Ordinal), Write(new Note("<é>"), static _ => { }));
        Assert.Equal("""{"text":"<é>"}""", Write(new Note("<é>"), static options => options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping));
    }

    [Fact]
    public void Writing_indented_takes_the_characters_that_are_set() =>
        Assert.Equal("{\r\n\t\t\t\"text\": \"a\"\r\n}", Write(new Note("a"), static options =>
        {
            options.WriteIndented = true;
            options.IndentCharacter = '\t';
            options.IndentSize = 3;
            options.NewLine = "\r\n";
        }));

    [Fact]
    public void Two_serializers_of_a_process_keep_their_own_ways()
    {
        var indented = Serializer(static options => options.WriteIndented = true).GetCodec<Note>();
        var plain = Serializer(static _ => { }).GetCodec<Note>();

        for (var i = 0; i < 3; i++)
        {
            Assert.Contains('\n', Write(indented, new Note("a")));
            Assert.Equal("""{"text":"a"}""", Write(plain, new Note("a")));
        }
    }

    [Fact]
    public void The_depth_bounds_what_is_written_and_what_is_read()
    {
        var shallow = Serializer(static options => options.MaxDepth = 3).GetCodec<Tree>();
        var deep = Serializer(static options => options.MaxDepth = 200).GetCodec<Tree>();
        var four = new Tree(new Tree(new Tree(new Tree(null))));
        var hundred = Enumerable.Range(0, 100).Aggregate((Tree?)null, static (inner, _) => new Tree(inner))!;

        Assert.Throws<JsonException>(() => Write(shallow, four));
        Assert.Throws<JsonException>(() => Read(shallow, Write(deep, four)));
        Assert.Equal(hundred, Read(deep, Write(deep, hundred)));
    }

    [Fact]
    public void Comments_and_trailing_commas_are_read_where_they_are_allowed()
    {
        const string text = """{/* one */"text":"a",}""";

        Assert.Throws<JsonException>(() => Read(Serializer(static _ => { }).GetCodec<Note>(), text));
        Assert.Equal(new Note("a"), Read(
            Serializer(static options =>
            {
                options.ReadCommentHandling = JsonCommentHandling.Skip;
                options.AllowTrailingCommas = true;
            }).GetCodec<Note>(),
            text));
    }

    [Fact]
    public void A_property_may_come_twice_where_that_is_allowed()
    {
        const string text = """{"text":"a","text":"b"}""";

        Assert.Throws<JsonException>(() => Read(Serializer(static _ => { }).GetCodec<Note>(), text));
        Assert.Equal(new Note("b"), Read(Serializer(static options => options.AllowDuplicateProperties = true).GetCodec<Note>(), text));
    }

    [Fact]
    public void Unknown_properties_are_refused_where_that_is_set()
    {
        const string text = """{"text":"a","more":1}""";

        Assert.Equal(new Note("a"), Read(Serializer(static _ => { }).GetCodec<Note>(), text));
        Assert.Throws<JsonException>(() => Read(Serializer(static options => options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow).GetCodec<Note>(), text));
    }

    [Fact]
    public void Naming_numbers_converters_and_what_is_left_out_are_the_applications()
    {
        var value = new Figures(1, null, DayOfWeek.Friday);

        Assert.Equal("""{"whole-number":"1","day-of-week":"Friday"}""", Write(value, static options =>
        {
            options.PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower;
            options.NumberHandling = JsonNumberHandling.WriteAsString;
            options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            options.Converters.Add(new JsonStringEnumConverter());
        }));
    }

    [Fact]
    public void Case_counts_where_it_is_set_to() =>
        Assert.Throws<JsonException>(() => Read(Serializer(static options => options.PropertyNameCaseInsensitive = false).GetCodec<Note>(), """{"TEXT":"a"}"""));

    [Fact]
    public void Nulls_pass_where_annotations_are_not_respected() =>
        Assert.Null(Read(Serializer(static options => options.RespectNullableAnnotations = false).GetCodec<Note>(), """{"text":null}""").Text);

    [Fact]
    public void Fields_can_be_left_out() =>
        Assert.Equal("""{}""", Write((1, "a"), static options => options.IncludeFields = false, allowLoss: true));

    private static string Write<T>(T value, Action<JsonSerializerOptions> configure, bool allowLoss = false) => Write(Serializer(configure, allowLoss).GetCodec<T>(), value);

    private static string Write<T>(PayloadCodec<T> codec, T value)
    {
        var buffer = PooledBuffer.Rent(100_000);
        try
        {
            codec.Encode(value, buffer);
            return Encoding.UTF8.GetString(buffer.Written.Span);
        }
        finally
        {
            buffer.Return();
        }
    }

    private static T Read<T>(PayloadCodec<T> codec, string json) => codec.Decode(Encoding.UTF8.GetBytes(json));

    private static JsonPayloadSerializer Serializer(Action<JsonSerializerOptions> configure, bool allowLoss = false)
    {
        var options = new JsonPayloadOptions { AllowLoss = allowLoss };
        configure(options.SerializerOptions);
        return new JsonPayloadSerializer(Options.Create(options));
    }

    private sealed record Note(string Text);

    private sealed record Tree(Tree? Inner, int Level = 0);

    private sealed record Figures(int WholeNumber, string? Remark, DayOfWeek DayOfWeek);
}
