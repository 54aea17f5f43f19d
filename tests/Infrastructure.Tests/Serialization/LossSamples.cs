using System.Text.Json.Serialization;

namespace Messaging.Serialization;

/// <summary>Types that travel whole, and types that would lose something.</summary>
public static class LossSamples
{
#pragma warning disable CA1051, SA1401 // Fields are what is tested.
    public sealed class Fields
    {
        public string? Name;
        public int Count;
    }

    public sealed class GeneratedFields
    {
        public string? Name;
    }

    public sealed class GeneratedProperties(string name)
    {
        public string Name { get; } = name;

        public int Count { get; init; }
    }

    public sealed class GeneratedLoss
    {
        public string Text { get; } = "a";

        public int Number { get; set; }
    }

    public sealed record RecordWithField(string Name)
    {
        public string? More;
    }

    public sealed class ReadOnlyField
    {
        public readonly string Text = "a";

        public int Number { get; set; }
    }
#pragma warning restore CA1051, SA1401

    public sealed class Hidden(int number)
    {
        [JsonInclude]
        public int Number { get; private set; } = number;
    }

    public sealed class Basket
    {
        public List<string> Lines { get; } = [];

        public IDictionary<string, int> Prices { get; } = new Dictionary<string, int>(StringComparer.Ordinal);

        public HashSet<string> Tags { get; } = [];
    }

    public sealed record Computed(int One, int Other)
    {
        public int Product => One * Other;
    }

    public sealed class Said
    {
        public int Kept { get; set; }

        [JsonIgnore]
        public int Left { get; }
    }

    public sealed class NoSetter
    {
        public string Text { get; } = "a";

        public int Number { get; set; }
    }

    public sealed class PrivateSetter
    {
        public string? Text { get; private set; }

        public int Number { get; set; }

        public void Set(string text) => Text = text;
    }

    public readonly struct Money(decimal amount)
    {
        public decimal Amount { get; } = amount;
    }

    public sealed record RecordWithCollection(string Id)
    {
        public List<string> Lines { get; } = [];
    }

    public sealed class ArrayWithoutSetter
    {
        public string[] Lines { get; } = ["a"];

        public int Number { get; set; }
    }

    public sealed record Page<T>(IReadOnlyList<T> Items);

    public sealed record Circle<T>(Circle<T>? Next, T? Value);

    public sealed class Total : List<int>
    {
        public int Sum { get; set; }
    }

    [JsonDerivedType(typeof(Discriminated))]
    public class Undiscriminated
    {
        public int Number { get; set; }
    }

    public sealed class Discriminated : Undiscriminated
    {
        public int More { get; set; }
    }

    public interface INamed
    {
        string? Name { get; }
    }

    public class Animal : INamed
    {
        public virtual string? Name { get; set; }
    }

    public sealed class Dog : Animal
    {
        public int Tricks { get; set; }
    }

    public sealed class Proxy : Animal
    {
        public override string? Name { get; set; }
    }

    public abstract class AbstractShape
    {
        public int Corners { get; set; }
    }

    public sealed class Square : AbstractShape
    {
        public int Side { get; set; }
    }

    [JsonDerivedType(typeof(Cat), "cat")]
    public abstract class Pet
    {
        public int Age { get; set; }
    }

    public sealed class Cat : Pet
    {
        public int Lives { get; set; }
    }
}

[JsonSerializable(typeof((int, string)))]
[JsonSerializable(typeof(LossSamples.GeneratedFields))]
[JsonSerializable(typeof(LossSamples.GeneratedProperties))]
[JsonSerializable(typeof(LossSamples.GeneratedLoss))]
internal sealed partial class LossJson : JsonSerializerContext;
