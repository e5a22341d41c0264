"""Word lists from which the rest of the catalogue is drawn: plausible for a distributor, and nobody's real name."""

from __future__ import annotations

CITIES = {
    "WEST": (
        "Seattle",
        "Spokane",
        "Portland",
        "Eugene",
        "Boise",
        "Sacramento",
        "Oakland",
        "Reno",
        "Fresno",
        "San Diego",
    ),
    "EAST": (
        "Newark",
        "Baltimore",
        "Buffalo",
        "Richmond",
        "Columbus",
        "Providence",
        "Hartford",
        "Charlotte",
        "Albany",
    ),
    "SOUTH": (
        "Houston",
        "Tulsa",
        "Memphis",
        "Birmingham",
        "El Paso",
        "Shreveport",
        "Little Rock",
        "Mobile",
        "Tampa",
    ),
}
HOME_OF_NAMED = {
    "C-1001": "WEST", "C-1002": "WEST", "C-1003": "SOUTH", "C-1004": "SOUTH", "C-1005": "EAST", "C-1006": "EAST",
    "C-1007": "EAST", "C-1008": "WEST", "C-1009": "SOUTH", "C-1010": "SOUTH", "C-1011": "EAST", "C-1012": "SOUTH",
    "C-1013": "EAST", "C-1014": "SOUTH",
}  # fmt: skip
STREETS = ("Harbor Way", "Commerce Drive", "Mill Street", "Industrial Parkway", "Depot Road", "Canal Street", "Foundry Lane",
           "Market Street", "Railroad Avenue", "Prospect Avenue", "Terminal Road", "Orchard Lane")  # fmt: skip
CUSTOMER_HEADS = ("Alder", "Beacon", "Cedar Hill", "Dunmore", "Evergreen", "Fairview", "Granite", "Hawthorne", "Juniper",
                  "Kingsway", "Larkspur", "Millbrook", "Northfield", "Old Mill", "Pinecrest", "Quarry", "Riverside",
                  "Stonebridge", "Timberline", "Union", "Valley", "Westgate", "Yarrow", "Copper Canyon", "Silver Lake",
                  "Blue Heron", "Red Barn", "Four Corners", "High Plains", "Lakeshore", "Monarch", "Palisade")  # fmt: skip
CUSTOMER_TAILS = {
    "food": ("Bakery", "Catering", "Foods", "Produce Market", "Kitchens", "Grocers"),
    "beverage": ("Brewing", "Cider Works", "Coffee", "Bottling"),
    "industrial": (
        "Fabrication",
        "Tool and Die",
        "Plastics",
        "Machine Shop",
        "Packaging",
        "Maintenance Services",
    ),
}
FIRST_NAMES = ("Anna", "Brian", "Chloe", "David", "Elena", "Felix", "Grace", "Hugo", "Irene", "James", "Karen", "Liam", "Maria",
               "Noah", "Olive", "Paul", "Quinn", "Rosa", "Steve", "Tina", "Umar", "Vera", "Will", "Yuki", "Zoe")  # fmt: skip
LAST_NAMES = ("Abbott", "Brandt", "Cole", "Dorsey", "Ellery", "Frost", "Garza", "Holt", "Ibarra", "Jensen", "Kessler", "Lowry",
              "Mercer", "Novak", "Ortiz", "Pike", "Quist", "Rowe", "Salas", "Tully", "Unger", "Voss", "Walsh", "Yates")  # fmt: skip
VENDORS = (
    ("Alpine Dairy Ingredients", "Madison", 9), ("Bayline Seafood Importers", "Boston", 12),
    ("Cardinal Hose and Coupling", "Akron", 11), ("Dakota Grain Mills", "Fargo", 8), ("Eastbrook Electrical Supply", "Trenton", 7),
    ("Fulton Pump Works", "Fulton", 18), ("Garden State Produce", "Vineland", 4), ("Halcyon Safety Gear", "Phoenix", 10),
    ("Inland Empire Citrus", "Riverside", 5), ("Jasper Filter Company", "Jasper", 13), ("Kodiak Cold Foods", "Anchorage", 14),
    ("Lakeview Lubricants", "Toledo", 9), ("Magnolia Sugar Refiners", "Savannah", 10), ("Norwood Gasket and Seal", "Dayton", 15),
    ("Osprey Labels", "Tampa", 8), ("Pinnacle Stainless", "Gary", 21), ("Quad City Conveyor Parts", "Moline", 16),
    ("Rainier Paper Goods", "Tacoma", 6), ("Sierra Nut Growers", "Modesto", 9), ("Tidewater Salt", "Norfolk", 7),
    ("Upland Tea and Coffee", "San Jose", 17), ("Vulcan Drive Belts", "Birmingham", 12), ("Wabash Containers", "Terre Haute", 11),
)  # fmt: skip
# (category, reference prefix, lot-tracked, shelf life in days, kept cold, weight in kg from-to, cost in USD from-to, heads, tails)
FAMILIES = (
    ("Dry Goods", "FB", True, 360, False, (1, 26), (6, 48),
     ("Cane Sugar", "Rice Flour", "Rolled Oats", "Sea Salt", "Semolina", "Corn Starch", "Whole Almonds", "Roasted Coffee Beans",
      "Black Tea", "Cocoa Powder", "Brown Sugar", "Rye Flour", "Pearl Barley", "Dried Oregano", "Sunflower Seeds",
      "Ground Cumin", "Black Peppercorns", "Baking Powder", "Red Lentils", "Chickpeas"),
     ("2 kg", "5 kg", "10 kg Bag", "25 kg Sack")),
    ("Chilled and Fresh", "FB", True, 24, True, (2, 19), (9, 70),
     ("Unsalted Butter", "Mozzarella Block", "Cod Loin", "Greek Yogurt", "Chicken Thigh", "Valencia Oranges", "Baby Spinach",
      "Heavy Cream", "Cheddar Wheel", "Lemons", "Carrots", "Pork Shoulder"),
     ("5 kg Case", "10 kg Case", "18 kg Crate")),
    ("Fasteners", "IN", False, 0, False, (1, 12), (4, 40),
     ("Hex Nut M8", "Hex Nut M12", "Flat Washer M10", "Lock Washer M12", "Socket Screw M6x30", "Carriage Bolt M10x80",
      "Threaded Rod M16", "Self-Tapping Screw 4.8x25", "Blind Rivet 4.8 mm", "Anchor Bolt M12x100"),
     ("Box of 100", "Box of 250", "Carton of 500", "Pail of 1000")),
    ("Valves and Pumps", "IN", False, 0, False, (0.6, 24), (28, 420),
     ("Ball Valve 1/2 in", "Ball Valve 1 in", "Check Valve 1 in", "Globe Valve 2 in", "Diaphragm Pump Kit", "Centrifugal Pump",
      "Pressure Regulator", "Solenoid Valve", "Strainer 2 in"),
     ("Brass", "Bronze", "Stainless 316", "PVC")),
    ("Bearings and Drives", "IN", False, 0, False, (0.1, 6), (5, 90),
     ("Bearing 6203-2RS", "Bearing 6204-ZZ", "Bearing 6306-2RS", "Flange Bearing UCF206", "V-Belt A48", "V-Belt B60",
      "Roller Chain 40-1", "Sprocket 40B18", "Shaft Coupling L095"),
     ("Standard", "Sealed", "Heavy Duty", "Food Grade")),
    ("Packaging", "IN", False, 0, False, (1, 14), (5, 60),
     ("Pallet Wrap Clear", "Packing Tape 48 mm", "Kraft Paper Roll", "Bubble Film", "Poly Bag 10x14", "Corner Board",
      "Strapping Band 16 mm", "Shipping Label 4x6"),
     ("Case of 6", "Case of 12", "Case of 24", "Case of 36")),
    ("Safety", "IN", False, 0, False, (0.4, 8), (6, 75),
     ("Nitrile Gloves", "Safety Glasses", "Hi-Vis Vest", "Hard Hat", "Ear Plugs", "Cut-Resistant Sleeves", "Dust Mask N95"),
     ("Pack of 12", "Box of 50", "Box of 100", "Case of 10")),
    ("Sanitation", "CH", False, 0, False, (4, 25), (14, 85),
     ("Foam Cleaner", "Quat Sanitizer", "Degreaser", "Descaler", "Hand Soap", "Drain Cleaner", "Floor Cleaner"),
     ("1 L Case of 12", "5 L", "10 L", "20 L")),
)  # fmt: skip
CATEGORY_VENDORS = {
    "Dry Goods": ("V-2009", "V-2010", "Dakota Grain Mills", "Magnolia Sugar Refiners", "Sierra Nut Growers", "Tidewater Salt",
                  "Upland Tea and Coffee"),
    "Chilled and Fresh": ("V-2001", "V-2002", "Alpine Dairy Ingredients", "Bayline Seafood Importers", "Garden State Produce",
                          "Inland Empire Citrus", "Kodiak Cold Foods"),
    "Fasteners": ("V-2007",),
    "Valves and Pumps": ("V-2003", "Fulton Pump Works", "Pinnacle Stainless", "Cardinal Hose and Coupling"),
    "Bearings and Drives": ("V-2005", "Vulcan Drive Belts", "Quad City Conveyor Parts", "Norwood Gasket and Seal"),
    "Packaging": ("V-2004", "Osprey Labels", "Rainier Paper Goods", "Wabash Containers"),
    "Safety": ("Halcyon Safety Gear", "Eastbrook Electrical Supply"),
    "Sanitation": ("V-2008", "Lakeview Lubricants", "Jasper Filter Company"),
}  # fmt: skip
CATEGORY_OF_NAMED = {"FB-100": "Chilled and Fresh", "FB-104": "Chilled and Fresh", "FB": "Dry Goods", "IN-200": "Valves and Pumps",
                     "IN-201": "Bearings and Drives", "IN-202": "Fasteners", "IN-203": "Packaging", "CH": "Sanitation"}  # fmt: skip
