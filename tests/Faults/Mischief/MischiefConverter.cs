using System.Text.Json;
using System.Text.Json.Serialization;

namespace Messaging.Faults.Mischief;

/// <summary>A converter that throws when it reads or, halfway, when it writes.</summary>
/// <typeparam name="T">A type of the contract.</typeparam>
internal sealed class MischiefConverter<T>(Dice dice) : JsonConverter<T>
{
    private static readonly JsonSerializerOptions _plain = new(JsonSerializerDefaults.Web);

    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        dice.Strikes()
            ? throw new NotSupportedException("Mischief: a converter throws when it reads.")
            : JsonSerializer.Deserialize<T>(ref reader, _plain);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (dice.Strikes())
        {
            writer.WriteStartObject();
            writer.WriteString("mischief", "A converter throws when it has written half.");
            throw new NotSupportedException("Mischief: a converter throws when it has written half.");
        }

        JsonSerializer.Serialize(writer, value, _plain);
    }
}
