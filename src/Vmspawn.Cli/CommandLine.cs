using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Declarations;
using Vmspawn.Cli.Ssh;
using Vmspawn.Options;

namespace Vmspawn.Cli;

/// <summary>The parse stage: converts arguments to typed options, or reports all mistakes in them. It opens no file and
/// reads only the environment variables passed to it.</summary>
internal static class CommandLine
{
    /// <summary>Parses a command line.</summary>
    /// <param name="invokedAs">argv[0]; under <see cref="Verbs.DropInName"/> there are no subcommands.</param>
    /// <param name="args">The arguments.</param>
    /// <param name="environment">The variables that <see cref="EnvironmentRequests"/> names, if set.</param>
    public static ParsedCommand Parse(string invokedAs, string[] args, IReadOnlyDictionary<string, string> environment)
    {
        if (Suggestions.AreRequested(invokedAs, args))
            return new Suggest(args);
        if (args is [SshProxyVerb.Word, var address, var port, .. { Length: 0 or 3 } wait] && !Verbs.IsDropIn(invokedAs))
            return new ConnectForSsh(address, port, wait);
        if (args is [Running.DetachedStart.Word, var answer, var hold, .. var rest] && !Verbs.IsDropIn(invokedAs))
        {
            (int, int)? link = int.TryParse(answer, out var first) && int.TryParse(hold, out var second) ? (first, second) : null;
            return (Parse(invokedAs, rest, environment), link) switch
            {
                (RunCommand { Mode: Detached detached } owner, not null) => owner with { Mode = detached with { Link = link } },
                (NetworkCreateCommand network, not null) => network with { Link = link },
                _ => new Mistakes([new Problem("detached", args[0], "only vmspawn itself starts this", null, ProblemKind.Usage)]),
            };
        }

        return ParseVerb(invokedAs, args, environment);
    }

    private static ParsedCommand ParseVerb(string invokedAs, string[] args, IReadOnlyDictionary<string, string> environment)
    {
        var (verb, first, unknown) = Verbs.Find(invokedAs, args);
        if (unknown is not null)
            return new Mistakes([unknown]);
        if (verb == Verb.Control)
            return ControlLine.Parse(ControlVerbs.Find(args[0])!, args.AsSpan(first));
        var imageName = ImageNameOf(verb, args.AsSpan(first), isNamed: first > 0);
        if (imageName is not null)
            first++;
        var table = OptionTable.For(verb, Verbs.IsDropIn(invokedAs));
        // systemd-vmspawn takes options behind kernel arguments too.
        var words = GetoptWords.Read(args.AsSpan(first), table, anywhere: Verbs.IsDropIn(invokedAs));
        if (RequestedText(words, Verbs.IsDropIn(invokedAs)) is { } text)
            return text;
        var problems = new List<Problem>(words.Problems);
        var options = EnvironmentRequests.Apply(new VmOptions { KernelArguments = words.Rest }, environment, problems);
        foreach (var (option, value) in words.Given)
            options = option.Set(options, value, problems);
        var question = FirmwareQuestions.Of(words.Given);
        var mode = RunModeOptions.Of(words.Given, options, problems);
        if (question is null)
            CheckRules(verb, options, imageName, problems);
        if (problems.Count > 0)
            return new Mistakes(problems);
        if (question is { } asked)
            return new FirmwareCommand(options, asked);
        return verb switch
        {
            Verb.Plan => new PlanCommand(options, PlanFormatOption.Of(words.Given), RestorableOption.Of(words.Given)) { ImageName = imageName },
            Verb.Demo => new DemoCommand(options),
            // Nobody types to the guest of a machine that is not on a terminal.
            _ => new RunCommand(mode is not Attended && options.Console == ConsoleMode.Interactive ? options with { Console = ConsoleMode.ReadOnly } : options, mode) { ImageName = imageName },
        };
    }

    /// <summary>
    /// The image's name, if the word behind <c>run</c> or <c>plan</c> is one: letters, digits, ".", "-" and "_" in lower case, with a letter first. Kernel arguments
    /// follow the options, or <c>--</c>.
    /// </summary>
    private static string? ImageNameOf(Verb verb, ReadOnlySpan<string> words, bool isNamed)
    {
        return isNamed && verb is Verb.Run or Verb.Plan && words is [[>= 'a' and <= 'z', ..] word, ..] && word.All(IsOfName) ? word : null;

        static bool IsOfName(char letter) => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '-' or '_';
    }

    private static void CheckRules(Verb verb, VmOptions options, string? imageName, List<Problem> problems)
    {
        if (imageName is not null && (options.Directory is not null || options.Template is not null))
        {
            problems.Add(new Problem(
                "image-twice", imageName, "the word names the image that is booted, and --directory= or --template= another one",
                "-i FILE keeps the guest's writes in a child of the named image; kernel arguments follow the options", ProblemKind.Usage));
        }

        KernelArgumentRules.Check(options.KernelArguments, problems);
        if (verb == Verb.Demo)
        {
            DemoRules.Check(options, problems);
            return;
        }

        problems.AddRange(VmPlanning.Check(options));
    }

    // --help and --version take precedence over mistakes.
    private static ParsedCommand? RequestedText(GetoptWords<VmOption> words, bool isDropIn)
    {
        foreach (var (option, _) in words.Given)
        {
            if (option.Name == GeneralOptions.Help)
                return new ShowHelp();
            if (option.Name == GeneralOptions.Version)
                return new ShowText(isDropIn ? VersionText.DropIn : VersionText.Line);
        }

        return null;
    }
}
