namespace Messaging.Generator;

/// <summary>The names of the generator's steps, by which tests watch its cache.</summary>
internal static class Steps
{
    public const string Parse = "Parse";
    public const string Model = "Model";
    public const string Problems = "Problems";
    public const string Duplicates = "Duplicates";
}
