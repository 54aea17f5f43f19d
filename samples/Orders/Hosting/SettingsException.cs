namespace Orders.Hosting;

/// <summary>What was asked for can't be done; the message says what to ask for instead.</summary>
internal sealed class SettingsException(string message) : Exception(message);
